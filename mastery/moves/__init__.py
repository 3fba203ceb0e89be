"""What a teacher does first: `words` the moves, `plan` what a class needs as moves, `outcome` whether one worked."""
