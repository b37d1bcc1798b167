"""What the skills are made of: reading tool results, finding facts in words, JSON by schema, colours of a picture."""
