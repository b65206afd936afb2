"""Virtual sensors: what each family's firmware does, on a real ATT stack."""
