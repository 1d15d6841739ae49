"""The little of the package ``regex`` that NLTK asks for when it is imported, over Python's own ``re``.

``regex`` is compiled, and there is no wheel of it for the browser. TextBlob's scores need nothing of it beyond ``re``.
In the site this file is the module ``regex``.
"""

from re import *  # noqa: F403  all that it offers, under the other's name
