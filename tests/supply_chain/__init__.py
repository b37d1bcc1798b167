"""What others wrote of the program: what is locked, under which licences, and what runs unasked."""
