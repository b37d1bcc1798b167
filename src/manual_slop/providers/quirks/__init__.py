"""What one provider, or litellm on its behalf, does differently: one oddity, one function."""
