"""From a folder of submissions to a gradebook, feedback pages and tables. Nothing of a submission is ever executed."""

# Where a course keeps its gradebook, unless it is told otherwise: in the current folder.
DEFAULT_GRADEBOOK = "sqlite:///gradebook.sqlite"
