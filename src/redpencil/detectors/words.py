"""Words of an English text: tokens with their places, and the closed classes that the rules of detectors ask for.

The word lists are the kit's own; they hold function words, which English adds to hardly ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from unicodedata import name

# A word may hold apostrophes, hyphens, stops and the like between letters ("won't", "so-called", "U.S"). Each repeated
# part begins with a character that a word's letters are not, so there is one way to match and time stays linear.
WORD = re.compile(
    r"(?:[A-Za-z]\.){2,}"
    # "he’s" is two words: the pronoun is a subject, and the rest an auxiliary.
    r"|\b(?:[Ii]|[Yy]ou|[Ss]?[Hh]e|[Ii]t|[Ww]e|[Tt]hey|[Ww]ho)(?=['’](?:s|ve|ll|d|re|m)\b)"
    r"|['’](?:s|ve|ll|d|re|m)\b"
    r"|(?:Mrs?|Ms|Dr|Prof|Gov|Sens?|Reps?|Lt|Col|Gen|Maj|Capt|Sgt|Adm|St|Rev|Hon|Jr|Sr)\.(?!\w)"
    r"|[A-Z]\.(?=\s[A-Z])"
    r"|[^\W_]+(?:['’‘.\-/&@][^\W_]+)*"
)
TOKEN = re.compile(rf"{WORD.pattern}|''|``|--|[^\w\s]|_")


def word_set(listed: str) -> frozenset[str]:
    """The words of a text that lists them with spaces between."""
    return frozenset(listed.split())


DASHES = frozenset({"—", "–", "--", "-", "―"})
DETERMINERS = word_set(
    "a an the this these those some any no each every either neither both all many several few most much another "
    "other such half certain various numerous"
)
POSSESSIVES = frozenset({"my", "your", "his", "her", "its", "our", "their", "whose"})
SUBJECT_PRONOUNS = word_set("i you he she it we they who someone somebody everyone everybody nobody anyone many others")
OBJECT_PRONOUNS = word_set("me him her us them you it himself herself itself themselves myself ourselves yourself")
RELATIVES = frozenset({"who", "which", "that", "whom", "whose", "where", "what"})
MODALS = word_set("'ll 'd will would can could may might must shall should")
BE = word_set("am is are was were be been being 's 're 'm")
HAVE = frozenset({"has", "have", "had", "having", "'ve"})
DO = frozenset({"do", "does", "did"})
AUXILIARIES = MODALS | BE | HAVE | DO
NEGATIVES = frozenset({"not", "never", "n't"})
PREPOSITIONS = word_set(
    "about above across after against along among amid around as at before behind below beneath beside besides "
    "between beyond by despite down during except for from in inside into like near of off on onto out outside over "
    "past per regarding since than through throughout to toward towards under underneath until upon via with within "
    "without"
)
SUBORDINATORS = word_set(
    "because although though while when whenever where wherever if unless until whether why how as after before than "
    "that which who whom what whereas lest once"
)
CONJUNCTIONS = frozenset({"and", "but", "or", "nor", "yet", "so"})
# Adverbs without the ending -ly that stand beside a verb.
ADVERBS = word_set(
    "also still later first even just now already once often ever again then too twice soon sometimes always only "
    "almost instead further thus therefore however meanwhile moreover nonetheless nevertheless perhaps maybe indeed "
    "rather quite long yesterday today tomorrow tonight earlier afterward afterwards elsewhere here there"
)
NOT_ADVERBS = word_set("family only ally july rally reply supply apply imply rely comply italy assembly monthly")
DAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
MONTHS = word_set(
    "january february march april may june july august september october november december jan feb mar apr jun jul "
    "aug sep sept oct nov dec"
)
TIME_WORDS = DAYS | word_set(
    "yesterday today tomorrow tonight earlier later morning afternoon evening night week weekend month year day weeks "
    "months years days hours last this next ago"
)
CONTRACTED = ("n't", "n’t")

# Frequent in English, and words of hardly any other language that is written in Latin letters.
ENGLISH = word_set(
    "the and to that for with by from are have were this his their it they would which been but not he she said"
)
ENGLISH_SHARE, WORDS_ASKED, WORDS_NEEDED = 0.08, 5_000, 8
LETTERS_ASKED = 2_000


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark of a text: ``start`` to ``end`` in code points, end exclusive; ``lower`` is its folded form."""

    start: int
    end: int
    text: str
    lower: str

    @property
    def is_word(self) -> bool:
        """Whether it holds a letter or a digit."""
        return self.text[0].isalnum()

    @property
    def is_capitalised(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """The tokens of ``text[start:end]`` in order, with places in the whole text."""
    return [
        Token(m.start(), m.end(), m.group(), m.group().lower().replace("’", "'").replace("‘", "'"))
        for m in TOKEN.finditer(text, start, end)
    ]


def is_adverb(token: Token) -> bool:
    """Whether a word can stand between a subject and its verb as an adverb."""
    lower = token.lower
    return lower in ADVERBS or (
        len(lower) > 4 and lower.endswith("ly") and lower not in NOT_ADVERBS and not token.is_capitalised
    )


def is_auxiliary(token: Token) -> bool:
    """Whether a word is a form of be, have or do, a modal, or one of these with a negation."""
    lower = token.lower
    return lower in AUXILIARIES or lower.endswith("n't") or lower == "cannot"


def is_possessive(token: Token) -> bool:
    """Whether a word is a genitive or a possessive pronoun."""
    return token.lower in POSSESSIVES or token.lower.endswith(("'s", "s'"))


def looks_english(text: str) -> bool:
    """Whether enough of the first words are function words of English; a text of very few words passes.

    Unless most of its first letters are of another script than Latin: some scripts put no spaces between words.
    """
    letters = [c for c in text[:LETTERS_ASKED] if c.isalpha()]
    if 2 * sum("LATIN" in name(c, "") for c in letters) < len(letters):
        return False
    words = [m.group().lower() for m in islice(WORD.finditer(text), WORDS_ASKED)]
    if len(words) < WORDS_NEEDED:
        return True
    return sum(word in ENGLISH for word in words) >= ENGLISH_SHARE * len(words)
