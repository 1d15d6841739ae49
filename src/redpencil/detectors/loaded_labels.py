"""Loaded labels: words that tell the reader whom or what to praise or blame, found by a lexicon and a few patterns.

Three labels are those of the Propaganda Techniques Corpus that a word or a phrase can carry: name calling, loaded
language, exaggeration or minimisation (Da San Martino et al. 2019, "Fine-Grained Analysis of Propaganda in News
Articles"). The fourth is euphemism. The lexicon, `loaded_labels.toml`, is the kit's own; its head says how it was made
and what it cannot see.

What is found is a suggestion about wording, made by a rule that has a name. It judges no person, no text and no outlet.
A text without any is not thereby fair.

Only the standard library is used here. The work grows with the length of the text: a look-up for each word, and from a
hit a few words to either side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from redpencil.annotation import Annotation
from redpencil.detectors import Progress, Suggestion, telling
from redpencil.detectors.loaded_lexicon import (
    EUPHEMISM,
    EXAGGERATION,
    LABELS,
    LAYER,
    LOADED_LANGUAGE,
    NAME_CALLING,
    Entry,
    Lexicon,
    load_lexicon,
)
from redpencil.detectors.loaded_words import (
    ADJECTIVE_ENDINGS,
    ADJECTIVES_IN_LY,
    ARMED_GROUPS,
    COUNTED,
    DETERMINERS,
    EVENTS,
    EVER_TAILS,
    FIGHTERS,
    FINAL_ADVERBS,
    FINAL_DEEDS,
    FUNCTION_WORDS,
    INTENSIFIERS,
    MODIFIERS,
    NATIONAL,
    NICKNAMES,
    NOT_ADJECTIVES,
    NUMBERS,
    PEOPLE,
    PLAIN_ADVERBS,
    RESPECTED,
    SCARE_BEFORE,
    SPEAKING,
    STRONG_ADVERBS,
    SUPERLATIVES,
    WANTED_AFTER_NO_REAL,
)
from redpencil.detectors.tokens import COMMA, OTHER, SENTENCE_END, SPACE, Token, find_tokens, stands_at
from redpencil.document import Span

# A label reaches at most so many words to the left of its noun, and looks so many to the right of its quality for one.
MODIFIERS_AT_MOST = 4
# How far a soft verb looks for the people it is done to, and a superlative for its "ever".
OBJECT_WITHIN = 6
EVER_WITHIN = 5
# Words in quotation marks are looked at only where they are this few.
SCARE_QUOTED_AT_MOST = 3


def _mark_titles(text: str, tokens: list[Token]) -> None:
    """Note which words stand in a headline of capitals: most of the line's longer words begin with one."""
    start = 0
    while start < len(tokens):
        stop = start + 1
        while stop < len(tokens) and "\n" not in text[tokens[stop - 1].end : tokens[stop].start]:
            stop += 1
        longer = [t for t in tokens[start:stop] if t.end - t.start >= 4]
        if len(longer) >= 3 and 10 * sum(t.capital for t in longer) >= 7 * len(longer):
            for t in tokens[start:stop]:
                t.title = True
        start = stop


def _mark_neutral(tokens: list[Token], terms: Mapping[str, tuple[tuple[str, ...], ...]]) -> None:
    for i, token in enumerate(tokens):
        for term in terms.get(token.norm, ()):
            if stands_at(tokens, i, term):
                for t in tokens[i : i + len(term)]:
                    t.neutral = True
                break


@dataclass(slots=True)
class _Hit:
    first: int
    last: int
    label: str
    rule: str
    why: str
    plainer: str = ""


def detect_loaded_labels(text: str, *, progress: Progress | None = None) -> list[Suggestion]:
    """Suggest words of an English text that carry praise or blame, or soften or enlarge, sorted by place.

    Each suggestion is an annotation in the layer "loaded-label" with the rule that made it and a reason. A label for
    people reaches over the words before its noun, without the article; loaded language is the word or the fixed phrase,
    with the adverb that strengthens it. Suggestions do not overlap. Words inside a fixed plain term are left alone.
    """
    lexicon = load_lexicon()
    tokens = find_tokens(text)
    _mark_titles(text, tokens)
    _mark_neutral(tokens, lexicon.neutral_terms)
    hits = list(_lexicon_hits(tokens, lexicon, progress))
    hits += _pattern_hits(text, tokens, lexicon)
    suggestions = []
    for n, hit in enumerate(_joined(tokens, _without_overlap(hits)), start=1):
        start, end = tokens[hit.first].start, tokens[hit.last].end
        quote = text[start:end]
        reason = f"“{' '.join(quote.split())}” {hit.why}"
        if hit.plainer:
            reason += f" A plainer wording: “{hit.plainer}”."
        annotation = Annotation(f"loaded-{n}", LAYER, hit.label, (Span(start, end),), (quote,), reason=reason)
        suggestions.append(Suggestion(annotation, hit.rule))
    return suggestions


def _without_overlap(hits: list[_Hit]) -> list[_Hit]:
    """The longest of those that overlap, the earlier of two as long; sorted by place."""
    taken: set[int] = set()
    kept = []
    for hit in sorted(hits, key=lambda h: (h.first - h.last, LABELS.index(h.label), h.first)):
        places = range(hit.first, hit.last + 1)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(hit)
    return sorted(kept, key=lambda h: h.first)


def _joined(tokens: list[Token], hits: list[_Hit]) -> list[_Hit]:
    """Loaded words that stand side by side made into one phrase: "reckless" and "appeasement"."""
    joined: list[_Hit] = []
    for hit in hits:
        before = joined[-1] if joined else None
        if (
            before
            and before.label == hit.label == LOADED_LANGUAGE
            and hit.first == before.last + 1
            and tokens[hit.first].gap == SPACE
            and hit.last - before.first < MODIFIERS_AT_MOST
        ):
            joined[-1] = _Hit(before.first, hit.last, hit.label, before.rule, before.why)
        else:
            joined.append(hit)
    return joined


def _lexicon_hits(tokens: list[Token], lexicon: Lexicon, progress: Progress | None) -> Iterator[_Hit]:
    kinds = lexicon.by_kind
    for i, token in enumerate(telling(tokens, progress)):
        phrase = next(
            ((form, entry) for form, entry in lexicon.phrases.get(token.norm, ()) if stands_at(tokens, i, form)), None
        )
        if phrase and not token.neutral:
            form, entry = phrase
            last = i + len(form) - 1
            if entry.label == NAME_CALLING:
                last = _right_edge(tokens, last, kinds)
                yield _Hit(
                    _left_edge(tokens, i, i, kinds),
                    last,
                    entry.label,
                    f"lexicon:{entry.group}",
                    entry.why,
                    entry.plainer,
                )
            else:
                yield _Hit(i, last, entry.label, f"lexicon:{entry.group}", entry.why, entry.plainer)
        if token.neutral or _part_of_a_name(tokens, i):
            continue
        norm = token.norm
        label = kinds["label"].get(norm) or _compound_label(norm, kinds)
        adjective = kinds["adjective"].get(norm) or _compound_adjective(norm, kinds)
        if (adjective or norm in kinds["quality"]) and not _is_adverb(norm):
            head = _people_head(tokens, i, kinds)
            if head is not None:
                yield _Hit(
                    _left_edge(tokens, i, head, kinds),
                    head,
                    NAME_CALLING,
                    "loaded-adjective+people",
                    "puts a judgement into the name of people or a group. The name would do without it.",
                )
                continue
        if label and not (adjective and _describes_a_thing(tokens, i)):
            last = _right_edge(tokens, i, kinds)
            first = _left_edge(tokens, i, i, kinds)
            rule = f"lexicon:{label.group}"
            yield _Hit(first, last, NAME_CALLING, rule, label.why, label.plainer if first == last else "")
            continue
        if norm in PLAIN_ADVERBS:
            continue
        loaded = adjective or kinds["noun"].get(norm) or kinds["verb"].get(norm) or _compound_part(norm, kinds)
        if loaded:
            if norm in EVENTS and i and token.gap == SPACE and tokens[i - 1].capital and not token.title:
                continue
            first = i
            if adjective and i and token.gap == SPACE and tokens[i - 1].norm in INTENSIFIERS:
                first = i - 1
            if first < i and tokens[i - 1].norm not in ("more", "most"):
                why = "is a judgement made stronger by an adverb. Without both, the sentence tells the same."
                yield _Hit(first, i, LOADED_LANGUAGE, "intensifier+evaluative", why)
            else:
                yield _Hit(i, i, loaded.label, f"lexicon:{loaded.group}", loaded.why, loaded.plainer)
        elif norm in kinds["mild"] and i and token.gap == SPACE and tokens[i - 1].norm in STRONG_ADVERBS:
            yield _Hit(i - 1, i, LOADED_LANGUAGE, "intensifier+evaluative", kinds["mild"][norm].why)


def _is_adverb(norm: str) -> bool:
    return norm.endswith("ly") and norm not in ADJECTIVES_IN_LY


def _compound_label(norm: str, kinds: Mapping[str, Mapping[str, Entry]]) -> Entry | None:
    """The label in the second half of a compound: "eco-terrorists"."""
    return kinds["label"].get(norm.rpartition("-")[2]) if "-" in norm else None


def _compound_adjective(norm: str, kinds: Mapping[str, Mapping[str, Entry]]) -> Entry | None:
    beginning, _, rest = norm.partition("-")
    return kinds["adjective"].get(rest) if beginning in ("ultra", "super", "hyper", "semi", "quasi") else None


def _compound_part(norm: str, kinds: Mapping[str, Mapping[str, Entry]]) -> Entry | None:
    return kinds["part"].get(norm.rpartition("-")[2]) if "-" in norm else None


def _part_of_a_name(tokens: list[Token], i: int) -> bool:
    """Whether a word with a capital inside a sentence stands beside another one: "the Hero Foundation"."""
    token = tokens[i]
    if not token.capital or token.title:
        return False
    after = i + 1 < len(tokens) and tokens[i + 1].gap == SPACE and tokens[i + 1].capital
    if token.gap == SENTENCE_END:
        return False
    return after or (token.gap == SPACE and tokens[i - 1].capital and tokens[i - 1].norm not in FUNCTION_WORDS)


def _is_modifier(tokens: list[Token], i: int, kinds: Mapping[str, Mapping[str, Entry]]) -> bool:
    """Whether a word can stand before a noun as a part of the label: an adjective, a name, a compound, a known noun."""
    token = tokens[i]
    norm = token.norm
    if token.possessive or norm in FUNCTION_WORDS or norm.isdigit():
        return False
    if norm in MODIFIERS or norm in kinds["quality"] or norm in kinds["label"]:
        return not _is_adverb(norm)
    if "-" in norm and not norm[0].isdigit():
        return True
    if norm.endswith(ADJECTIVE_ENDINGS) and len(norm) >= 5 and norm not in NOT_ADJECTIVES:
        return True
    if token.title or not token.capital:
        return False
    return not (token.gap == SENTENCE_END and norm.endswith(("ly", "ing", "ed")))


def _left_edge(tokens: list[Token], i: int, head: int, kinds: Mapping[str, Mapping[str, Entry]]) -> int:
    """Where a label begins whose noun is ``head`` and that is sure from word ``i`` on."""
    first = i
    while (
        first > 0
        and head - first < MODIFIERS_AT_MOST
        and (tokens[first].gap == SPACE or (tokens[first].gap == COMMA and _plain_adjective(tokens, first - 1, kinds)))
        and _is_modifier(tokens, first - 1, kinds)
    ):
        first -= 1
    if first and tokens[first].gap == SPACE and tokens[first - 1].norm in STRONG_ADVERBS and first < i:
        first -= 1
    return first


def _plain_adjective(tokens: list[Token], i: int, kinds: Mapping[str, Mapping[str, Entry]]) -> bool:
    """Whether a word before a comma is surely an adjective, so that the comma stands inside one label."""
    return tokens[i].norm in kinds["quality"] and not _is_adverb(tokens[i].norm)


def _right_edge(tokens: list[Token], i: int, kinds: Mapping[str, Mapping[str, Entry]]) -> int:
    """A label's noun may itself stand before a noun for people: "puppet government", "regime forces"."""
    last = i
    for n in (i + 1, i + 2):
        if n >= len(tokens) or tokens[n].gap != SPACE or tokens[n - 1].possessive:
            break
        if tokens[n].norm in kinds["label"] or tokens[n].norm in PEOPLE:
            last = n
        elif n == i + 2 or not _is_modifier(tokens, n, kinds):
            break
    return last


def _people_head(tokens: list[Token], i: int, kinds: Mapping[str, Mapping[str, Entry]]) -> int | None:
    """Where the noun for people stands that a loaded quality belongs to; None if there is none close by."""
    n = i + 1
    while n < len(tokens) and n - i <= MODIFIERS_AT_MOST - 1 and not tokens[n - 1].possessive:
        token = tokens[n]
        if token.gap > COMMA or token.neutral:
            return None
        if token.norm in PEOPLE or token.norm in kinds["label"]:
            return _right_edge(tokens, n, kinds)
        if token.norm == "and" and n + 1 < len(tokens) and tokens[n + 1].norm in kinds["quality"]:
            n += 1
            continue
        if not _is_modifier(tokens, n, kinds):
            return None
        n += 1
    return None


def _describes_a_thing(tokens: list[Token], i: int) -> bool:
    """Whether a word that can be noun or adjective stands before a noun for a thing: "extremist views"."""
    if i + 1 >= len(tokens) or tokens[i].possessive:
        return False
    after = tokens[i + 1]
    return after.gap == SPACE and after.norm not in FUNCTION_WORDS and not after.norm.endswith(("ed", "ly"))


# ----------------------------------------------------------------------------------------------------------------------
# Patterns


def _pattern_hits(text: str, tokens: list[Token], lexicon: Lexicon) -> Iterator[_Hit]:
    for i, token in enumerate(tokens):
        norm = token.norm
        if norm == "so-called" or (norm == "so" and stands_at(tokens, i, ("so", "called"))):
            yield _so_called(tokens, i, i if norm == "so-called" else i + 1)
        elif norm in ("real", "genuine") and i and tokens[i - 1].norm == "no" and token.gap == SPACE:
            if i + 1 < len(tokens) and tokens[i + 1].gap == SPACE and tokens[i + 1].norm in WANTED_AFTER_NO_REAL:
                why = "makes something look smaller than it may be: there was some, but it is said not to count."
                yield _Hit(i - 1, i + 1, EXAGGERATION, "pattern:no-real-noun", why)
        elif (
            norm in NICKNAMES and token.capital and not token.title and token.gap != SENTENCE_END and not token.neutral
        ):
            if i + 1 < len(tokens) and tokens[i + 1].gap == SPACE and tokens[i + 1].capital:
                why = "makes a judgement a part of somebody's name. The name alone would tell who is meant."
                yield _Hit(i, i + 1, NAME_CALLING, "pattern:nickname", why)
        elif norm == "nothing":
            yield from _nothing_but(tokens, i)
        elif norm == "aggression" and not token.neutral:
            yield from _aggression_in_war(tokens, i)
        elif norm in ("remnant", "remnants") and not token.neutral:
            yield from _remnants_of_people(tokens, i, lexicon)
        elif norm in FINAL_ADVERBS and i + 1 < len(tokens) and tokens[i + 1].gap == SPACE:
            if tokens[i + 1].norm in FINAL_DEEDS:
                why = "says that nothing is left over. Does the text show that much?"
                yield _Hit(i, i + 1, EXAGGERATION, "pattern:strong-adverb", why)
        elif norm == "most" or norm in SUPERLATIVES:
            yield from _superlative(tokens, i)
        elif norm == "every" and stands_at(tokens, i, ("every", "single")):
            last = i + 2 if i + 2 < len(tokens) and tokens[i + 2].gap == SPACE else i + 1
            why = "says that there is no exception. Does the text show that much?"
            yield _Hit(i, last, EXAGGERATION, "pattern:every-single", why)
        for form, entry in lexicon.people_phrases.get(norm, ()):
            if (
                not token.neutral
                and stands_at(tokens, i, form)
                and _done_to_people(tokens, i, i + len(form) - 1, lexicon)
            ):
                last = i + len(form) - 1
                yield _Hit(i, last, EUPHEMISM, "pattern:soft-verb+people", entry.why, entry.plainer)
                break
        yield from _scare_quotes(text, tokens, i)


def _aggression_in_war(tokens: list[Token], i: int) -> Iterator[_Hit]:
    """The word of a country, or against somebody; not that of a dog or a driver, and not the crime of that name."""
    if i >= 2 and tokens[i - 1].norm == "of" and tokens[i - 2].norm in ("crime", "crimes", "act", "acts"):
        return
    first = i - 1 if i and tokens[i].gap == SPACE and _names_a_nation(tokens, i - 1) else i
    if first < i or (i + 1 < len(tokens) and tokens[i + 1].gap == SPACE and tokens[i + 1].norm == "against"):
        why = "is a word that says who is in the wrong. A plainer noun would tell what was done, and to whom."
        yield _Hit(first, i, LOADED_LANGUAGE, "pattern:aggression-in-war", why)


def _names_a_nation(tokens: list[Token], i: int) -> bool:
    """Whether a word is an adjective that its capital shows to be of a country: "Marvian"."""
    token = tokens[i]
    if not token.capital or token.title or token.possessive or token.norm in FUNCTION_WORDS:
        return False
    # The first word of a sentence has its capital anyway: "Human aggression".
    ends = ("ian", "ese") if i == 0 or token.gap == SENTENCE_END else ("an", "ish", "ese", "i", "ic")
    return token.norm in NATIONAL or token.norm.endswith(ends)


def _remnants_of_people(tokens: list[Token], i: int, lexicon: Lexicon) -> Iterator[_Hit]:
    """Fighters spoken of as what is left over: "remnants of the militia", "militia remnants"; not those of a wall."""

    def are_people(n: int) -> bool:
        return tokens[n].norm in FIGHTERS | ARMED_GROUPS or tokens[n].norm in lexicon.by_kind["label"]

    why = "speaks of people as of what is left over. How many were they, and who?"
    if i and tokens[i].gap == SPACE and are_people(i - 1) and not tokens[i - 1].possessive:
        yield _Hit(_left_edge(tokens, i - 1, i - 1, lexicon.by_kind), i, NAME_CALLING, "pattern:remnants+people", why)
    elif i + 1 < len(tokens) and tokens[i + 1].norm == "of":
        for n in range(i + 2, min(i + 3 + MODIFIERS_AT_MOST, len(tokens))):
            if tokens[n].gap != SPACE:
                return
            if are_people(n):
                yield _Hit(i, n, NAME_CALLING, "pattern:remnants+people", why)
                return
            if (
                tokens[n].norm not in DETERMINERS
                and not tokens[n].possessive
                and not _is_modifier(tokens, n, lexicon.by_kind)
            ):
                return


def _so_called(tokens: list[Token], i: int, last: int) -> _Hit:
    n = last + 1
    while (
        n < len(tokens) and n - last <= 3 and tokens[n].norm not in FUNCTION_WORDS and tokens[n].gap in (SPACE, OTHER)
    ):
        if tokens[n].gap == OTHER and n > last + 1:
            break
        if tokens[n].norm in PEOPLE:
            why = "says that people do not deserve their name. Say what they call themselves, and why that is doubted."
            return _Hit(i, n, NAME_CALLING, "pattern:so-called", why)
        n += 1
    return _Hit(
        i,
        last,
        LOADED_LANGUAGE,
        "pattern:so-called",
        "says that something does not deserve its name. It gives no reason.",
    )


def _nothing_but(tokens: list[Token], i: int) -> Iterator[_Hit]:
    for form in (
        ("nothing", "but"),
        ("nothing", "more", "than"),
        ("nothing", "less", "than"),
        ("nothing", "short", "of"),
    ):
        if stands_at(tokens, i, form):
            last = i + len(form) - 1
            n = last + 1
            while n < len(tokens) and n - last <= 4 and tokens[n].gap == SPACE:
                inside = tokens[n].norm == "of" if n > last + 1 else tokens[n].norm in ("a", "an", "the")
                if tokens[n].norm in FUNCTION_WORDS and not inside:
                    break
                n += 1
            why = "says that there is this and nothing else. Does the text show that much?"
            yield _Hit(i, n - 1, EXAGGERATION, "pattern:nothing-but", why)
            return


def _superlative(tokens: list[Token], i: int) -> Iterator[_Hit]:
    if i + 1 >= len(tokens) or (tokens[i].norm == "most" and tokens[i + 1].norm in FUNCTION_WORDS):
        return
    for n in range(i + 1, min(i + 2 + EVER_WITHIN, len(tokens))):
        if tokens[n].gap >= OTHER:
            return
        for tail in EVER_TAILS:
            if stands_at(tokens, n, tail):
                after = n + len(tail)
                if after < len(tokens) and tokens[after].norm in COUNTED:
                    return
                if n == i + 1 and tokens[i].norm == "most":
                    return
                why = "measures something against everything that ever was. Does the text show that?"
                yield _Hit(i, after - 1, EXAGGERATION, "pattern:superlative-ever", why)
                return


def _done_to_people(tokens: list[Token], first: int, last: int, lexicon: Lexicon) -> bool:
    """Whether people or a number of them are what a soft verb is done to: after it, or before its passive."""
    people = lexicon.by_kind["label"]
    for n in range(last + 1, min(last + 1 + OBJECT_WITHIN, len(tokens))):
        if tokens[n].gap > COMMA:
            break
        norm = tokens[n].norm
        if norm in FIGHTERS or norm in people:
            return True
        if norm in ("by", "in", "at", "from", "and", "was", "were"):
            break
    if first >= 2 and tokens[first].gap == SPACE and tokens[first - 1].norm in ("were", "been", "was", "be", "being"):
        for n in range(first - 2, max(-1, first - 2 - OBJECT_WITHIN), -1):
            if tokens[n].norm in FIGHTERS or tokens[n].norm in people or tokens[n].norm in NUMBERS:
                return True
            if tokens[n + 1].gap > COMMA:
                break
    return False


_OPENING = {"“": "”", '"': '"', "‘": "’", "«": "»", "„": "“"}


def _scare_quotes(text: str, tokens: list[Token], i: int) -> Iterator[_Hit]:
    """A few respected words in quotation marks that nobody is said to have spoken: the “elections”."""
    token = tokens[i]
    start = token.start
    if (
        not start
        or not i
        or text[start - 1] not in _OPENING
        or token.gap != OTHER
        or tokens[i - 1].norm not in SCARE_BEFORE
    ):
        return
    closing = _OPENING[text[start - 1]]
    last = i
    while last + 1 < len(tokens) and last - i < SCARE_QUOTED_AT_MOST - 1 and tokens[last + 1].gap == SPACE:
        last += 1
    for n in range(i, last + 1):
        end = tokens[n].end
        if text[end : end + 1] == closing:
            spoken = any(
                tokens[m].norm in SPEAKING
                for m in range(max(0, i - OBJECT_WITHIN), i)
                if not _ends_between(tokens, m, i)
            )
            words = [tokens[m].norm for m in range(i, n + 1)]
            if not spoken and all(not tokens[m].capital for m in range(i, n + 1)) and RESPECTED & set(words):
                label = NAME_CALLING if words[-1] in PEOPLE else LOADED_LANGUAGE
                why = "stands in quotation marks though nobody is quoted. The marks say “not really”, without a reason."
                yield _Hit(i, n, label, "pattern:scare-quotes", why)
            return


def _ends_between(tokens: list[Token], m: int, i: int) -> bool:
    return any(tokens[n].gap == SENTENCE_END for n in range(m + 1, i + 1))
