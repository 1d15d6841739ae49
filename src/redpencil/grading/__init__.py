"""From a folder of submissions to a gradebook, feedback pages and tables. Nothing of a submission is ever executed."""
