"""What outlives the process: the journal of side effects and the contents it can bring back."""
