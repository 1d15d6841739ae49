"""Texts that are meant to do harm wherever they are shown, and what must not be left of them there."""

from __future__ import annotations

TEXTS = {
    "an image that runs a script": "\"'><img src=x onerror=alert(1)><svg onload=alert(1)>",
    "a script after the end of the title": "</title></style></script><script>alert(1)</script>",
    "a comment, a CDATA section and entities": "<!-- <![CDATA[ ]]> &lt;b&gt;&#60;i&#62; --><plaintext>",
    "a link that is a script": '<a href="javascript:alert(1)">[x](javascript:alert(1))</a>',
    "a style and a frame": "<style>*{display:none}</style><iframe srcdoc='<script>1</script>'><base href=//x.invalid>",
    "a page that turns to another": '<meta http-equiv="refresh" content="0;url=//x.invalid"><form action=//x.invalid>',
    "a template": "{{ 7*7 }}{% for x in y %}{# #}${7*7}<%= 7*7 %>",
    "a format": "%s%n%(x)s{0.__class__}{}{",
    "SQL": "'); DROP TABLE submissions; --",
    "a formula": '=HYPERLINK("http://x.invalid","36")',
    "a formula that begins with a plus": "+1+cmd|' /C calc'!A0",
    "a formula that begins with a minus": "-1+1",
    "a formula that begins with an at sign": "@SUM(1,1)",
    "a formula behind a tab": "\t=1+1",
    "a formula behind a line end": "\r\n=1+1",
    "a formula behind a blank": "  =1+1",
    "a formula behind a control character": "\x0b=1+1",
    "a formula with a wide sign": "＝1+1",
    "a formula behind a semicolon": "ada;=1+1",
    "a formula behind quotes and a separator": 'ada";"=1+1',
    "a formula behind a byte order mark": "\ufeff=1+1",
    "a formula behind a mark of direction": "\u200f=1+1",
    "a name that turns the line around": "ada\u202e24 fo 24\u202d",
    "a name that ends an isolate and turns the line": "ada\u2069\u202e24",
    "a name that leaves isolates open": "\u2067\u2068ada\u2066",
    "escape sequences of a terminal": "\x1b]0;owned\x07\x1b[2J\x1b[1;31m42\x9b31m\x90q\x9c",
    "a line of its own": "ada\r  graded: 42\n\u2028graded\u2029\x85graded",
    "backspaces": "ada\x08\x08\x08eve\x7f",
    "letters with a hundred accents": "a" + "\u0301\u0316" * 30 + "\u200d\ufe0f",
    "characters that are none yet": "\uffff\U0010ffff\ufdd0\ue000\U000e0001",
    "a name of a path": "../../../../tmp/owned",
    "a device of Windows": "CON",
    "a word that other programs take for nothing": "null",
}
FORMULA = tuple("=+-@＝＋－＠")
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def as_name(text):
    """The text as a file or a folder may be called: 200 bytes at most, no slash, and no dot that would hide it."""
    return text.replace("/", "\u2215").lstrip(".").encode()[:200].decode(errors="ignore")


def visible(text):
    """The text as it may be shown: what turns a line around is written out."""
    return "".join(f"\\u{ord(c):04x}" if c in TURNING else c for c in text)
