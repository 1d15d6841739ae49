"""Names of people: how one is written, how two agree, and how often that happens by chance.

A match says how far two spellings agree. It is a lead, never a proof, and never a verdict on a person: many people
share a name, and one person's name is spelled in many ways.

Only the standard library is used in this package: it also runs in an in-browser Python.
"""
