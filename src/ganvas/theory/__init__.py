"""What the papers prove, computed: every expected value beside one that was measured."""
