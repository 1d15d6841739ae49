"""What each command of the command line does: it calls and prints, and imports what it needs when it is called."""
