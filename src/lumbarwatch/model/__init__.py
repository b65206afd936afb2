"""Plain typed values: what is measured, what is found, who trained. No I/O, no computation beyond checks."""
