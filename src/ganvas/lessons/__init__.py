"""What the lectures work out by hand, computed: every number by the formula that is printed."""
