"""Verbs that can hand over content: what belongs to such a cue, what may follow it, and where its content ends."""

from __future__ import annotations

from dataclasses import dataclass

from redpencil.detectors import words
from redpencil.detectors.cues import CATENATIVES, LIGHT_VERBS, OCCASIONS, SAID_OBJECT, SECOND_CUES, WEAK_OBJECT, Form
from redpencil.detectors.phrases import STOPS, Phrases
from redpencil.detectors.words import is_adverb, is_auxiliary, word_set

_NOT_A_PARTICIPLE = word_set(
    "including during something anything nothing everything king spring morning evening according wing ring thing "
    "beijing sterling wyoming being building meeting hearing briefing"
)
_NAMING = word_set("call dub deem label brand consider pronounce")
# Determiners that stand for a noun phrase as well: "some say", "this shows".
_ALSO_PRONOUNS = word_set("many some all few most both several others this that another half")
_BEFORE_BASE = words.SUBJECT_PRONOUNS | word_set("who that to people percent police women men some half")
# Verbs whose clause without "that" is told from an object ("found the door open") by a finite verb in it.
_NEED_FINITE = word_set("find feel know learn remember understand imagine")
_WHOLE_CLAUSES = word_set("so otherwise yes no nothing little much")
_QUESTION_WORDS = word_set("whether how why what who where when if")


@dataclass(slots=True)
class Clauses(Phrases):
    """A sentence whose verbs can be asked whether they are cues."""

    def cue_start(self, at: int) -> int:
        """Auxiliaries, negations and adverbs before a verb, and "continued to", belong to the cue."""
        start = at
        for _ in range(8):
            before = self.lower(start - 1)
            if not before or self.taken[start - 1]:
                break
            token = self.tokens[start - 1]
            if (before in ("more", "less") and self.lower(start) == "likely") or (
                is_auxiliary(token)
                or before in words.NEGATIVES
                or (is_adverb(token) and before not in words.TIME_WORDS - {"earlier", "later"})
            ):
                start -= 1
            elif before == "to" and self.lower(start - 2) in CATENATIVES | words.HAVE:
                start -= 2
            elif start < at and before in CATENATIVES and self.lower(start) in ("to", "on", "more", "less", "likely"):
                start -= 1
            elif before == "to" and is_auxiliary(self.tokens[max(0, start - 2)]) and start > 1:
                start -= 2
            else:
                break
        # An adverb that opens the sentence is about the whole of it.
        while start < at and is_adverb(self.tokens[start]) and start == 0:
            start += 1
        return start

    def is_passive(self, start: int, at: int, form: Form) -> bool:
        """Whether a verb whose cue begins at ``start`` is a participle after a form of be."""
        if form.shape not in ("both", "participle", "past"):
            return False
        for i in range(at - 1, start - 1, -1):
            lower = self.lower(i)
            if lower in words.BE - {"'s"} or lower in ("isn't", "aren't", "wasn't", "weren't"):
                return form.shape != "past" or form.cue.lemma in ("say", "tell", "think")
            if not is_adverb(self.tokens[i]) and lower not in words.NEGATIVES:
                return False
        return form.cue.lemma == "accuse" and self.lower(at + 1) == "of"

    def is_verb(self, start: int, at: int, form: Form) -> bool:
        """Whether a form that may be a noun or an adjective is a verb here, from the word before it."""
        token = self.tokens[at]
        if (token.is_capitalised and at and not self.is_headline) or self.lower(at - 1) == "-":
            return False
        if form.shape == "both" and self.lower(start - 1).isdigit():
            return False
        if form.shape == "participle":
            return any(self.lower(i) in words.HAVE for i in range(start, at))
        before = self.lower(start - 1)
        if start < at and any(is_auxiliary(self.tokens[i]) for i in range(start, at)):
            return True
        if before in words.DETERMINERS - _ALSO_PRONOUNS:
            return False
        if before in words.POSSESSIVES or (before.endswith("'s") and before not in ("she's", "he's", "it's")):
            return False
        if before in words.PREPOSITIONS and not (before == "to" and form.shape == "base"):
            return False
        if form.shape == "base":
            following = self.lower(at + 1)
            return (
                before in _BEFORE_BASE
                or (
                    before.endswith("s")
                    and not before.endswith(("ss", "us", "is"))
                    and before not in words.PREPOSITIONS
                )
                or before.isdigit()
                or self.is_headline
                # "Supporters of the plan note that …": a noun would seldom be followed so.
                or (
                    start > 1
                    and following in ("that", ":")
                    and before not in words.PREPOSITIONS | LIGHT_VERBS
                    and not self.looks_like_verb(start - 1)
                )
                or (before == "," and following in words.DETERMINERS | {"that"})
            )
        if form.shape == "s" and form.cue.nounish and start:
            previous = self.tokens[start - 1]
            return (
                previous.is_capitalised
                or before in words.SUBJECT_PRONOUNS | words.RELATIVES | {"campaign", "report", "poll", "and"}
                or (
                    form.cue.lemma in ("claim", "note", "report", "plan", "hope", "warn")
                    and self.lower(at + 1) in ("that", "to")
                )
            )
        return True

    def complement(self, at: int, form: Form) -> tuple[int, int] | None:
        """Where the cue ends and where its content begins, if what follows fits one of the cue's frames."""
        frames, lemma = form.cue.frames, form.cue.lemma
        cue_end = after = at + 1
        while self.is_word(after) and is_adverb(self.tokens[after]) and self.lower(after).endswith("ly"):
            after += 1
        if lemma == "point" and self.lower(after) != "to":
            if self.lower(after) != "out":
                return None
            cue_end, after, frames = after + 1, after + 1, "ctq"
        following = self.lower(after)
        if not following:
            return None
        if following == ":" or (following == "," and self.is_quotation(after + 1)) or self.is_quotation(after):
            if set(frames) & set("qctr"):
                return cue_end, after
            return (
                (cue_end, after)
                if self.is_quotation(after) and set(frames) & set("an") and lemma not in WEAK_OBJECT
                else None
            )
        if following in form.cue.prepositions and self.is_word(after + 1) and self.lower(after + 1) not in words.DAYS:
            return after + 1, after + 1
        if following in form.cue.prepositions and self.is_quotation(after + 1):
            return after + 1, after + 1
        if set(frames) <= {"z"} or not self.is_word(after):
            return None
        if following == "that" and set(frames) & set("tcr"):
            return (after if after > at + 1 else cue_end), after
        if following in _QUESTION_WORDS and "w" in frames and self.lower(at - 1) not in ("must", "should", "to"):
            return cue_end, after
        if following in ("to", "not") and "i" in frames and "to" in (following, self.lower(after + 1)):
            return cue_end, after
        if (
            "r" in frames
            and (
                first := self.after_recipient(
                    after, needs_that="c" not in frames or lemma in ("find", "warn", "caution")
                )
            )
            is not None
        ):
            return cue_end, first
        if "w" in frames and (first := self.find_any(("whether", "if", "why", "how"), after, 12)) is not None:
            return cue_end, first
        if set(frames) & set("ctq") and (first := self.after_place(after, "c" in frames)) is not None:
            return cue_end, first
        needs_no_to = lemma in ("want", "accuse", "beg")
        if (
            "x" in frames
            and self.starts_phrase(after)
            and (needs_no_to or self.find_any(("to",), after, 14) is not None)
        ):
            return cue_end, after
        if "a" in frames and self.starts_phrase(after):
            has_as = self.find_any(("as",), after, 14) is not None
            if has_as or (lemma in _NAMING and self.names_something(after)):
                return cue_end, after
        if (
            "n" in frames
            and (self.starts_phrase(after) or following == "that")
            and (lemma not in WEAK_OBJECT or lemma in SAID_OBJECT)
        ):
            return cue_end, after
        if "c" in frames and following in _WHOLE_CLAUSES and after + 3 > self.end:
            return cue_end, after
        if (
            "c" in frames
            and self.starts_clause(after)
            and (lemma == "say" or following not in words.PREPOSITIONS)
            and (lemma not in _NEED_FINITE or self.has_finite(after) or following.isdigit())
        ):
            return cue_end, after
        return None

    def names_something(self, at: int) -> bool:
        """Whether two things follow "called", as in "called him a liar"; "called the police" and "a meeting" do not."""
        if self.lower(at) in ("a", "an"):
            return False
        last = next((i for i in range(at, min(at + 24, self.end)) if self.tokens[i].text in STOPS), self.end)
        return last - at > (2 if self.lower(at) in words.DETERMINERS else 1)

    def after_recipient(self, at: int, *, needs_that: bool) -> int | None:
        """Where the content begins after "told": him | that, reporters | he, host Chris Cuomo | she."""
        if self.lower(at) in words.OBJECT_PRONOUNS and not (
            self.lower(at) in ("her", "it") and self.is_capital(at + 1)
        ):
            first = at + 1
        else:
            first = at
            while first < min(at + 12, self.end) and self.is_word(first):
                lower = self.lower(first)
                if first > at and (
                    lower in words.SUBORDINATORS | words.DAYS | {"to", "not"}
                    or lower in words.SUBJECT_PRONOUNS - {"many", "others", "it"}
                    or lower in ("in", "on", "at", "during", "after", "earlier", "last", "of", "about")
                    or (
                        lower in ("the", "a", "it", "there", "his", "her", "their")
                        and self.lower(first - 1) not in words.PREPOSITIONS
                    )
                ):
                    break
                first += 1
        following = self.lower(first)
        if following in ("of", "about"):
            return first
        if self.is_quotation(first) or (following in (",", ":") and self.is_quotation(first + 1)):
            return first
        if following in ("that", "to", "not", "whether", "how", "why", "what"):
            return first
        placed = self.after_place(first, accepts_clause=not needs_that)
        if placed is not None:
            return placed
        return first if not needs_that and first < self.end and self.starts_clause(first) else None

    def after_place(self, at: int, accepts_clause: bool) -> int | None:
        """Where the content begins after "in a statement", "on Monday" or "of the plan", if it does."""
        lower = self.lower(at)
        if not (lower in words.PREPOSITIONS or lower in words.TIME_WORDS):
            return None
        if lower in ("than", "to", "by"):
            return None
        here, sure = at, False
        limit = min(at + 24, self.end)
        while here < limit:
            lower = self.lower(here)
            if self.is_quotation(here) and (self.lower(here - 1) in (",", ":") or self.is_speech(here)):
                return here
            if lower == ":":
                return here
            if lower == "that" and here > at and self.lower(here - 1) not in words.PREPOSITIONS:
                return here
            if lower in (";", ".", *words.DASHES) or (lower == "," and not self.is_quotation(here + 1)):
                break
            here += 1
        if not accepts_clause:
            return None
        # No "that" and no quotation: only a place or a day that is plain to see is stepped over.
        here = at
        while here < limit:
            lower = self.lower(here)
            if lower in words.TIME_WORDS or (lower in words.MONTHS and self.is_capital(here)) or lower.isdigit():
                here, sure = here + 1, True
            elif lower in ("in", "on", "at", "during", "via", "through"):
                stop = next(
                    (
                        i
                        for i in range(here + 1, min(here + 7, limit))
                        if self.lower(i) in OCCASIONS | words.DAYS or self.lower(i) in words.MONTHS
                    ),
                    None,
                )
                if stop is None:
                    break
                here, sure = stop + 1, True
            elif lower in ("with", "to") and sure:
                step = here + 1
                while self.is_capital(step) or self.lower(step) in ("the", "of", "reporters"):
                    step += 1
                if step == here + 1:
                    break
                here = step
            else:
                break
        if sure and here < self.end and (self.starts_clause(here) or self.lower(here) == ","):
            return here if self.is_word(here) else None
        return None

    def clause_end(self, first: int) -> int:
        """Where content that begins at a token ends: at the end of the sentence, or where another speaker comes in."""
        if self.is_speech(first) or (self.lower(first) in (",", ":") and self.is_speech(first + 1)):
            at = first if self.is_quotation(first) else first + 1
            # Speech that goes on after a few words of the report ("…," he said, "…") is found by its own rule.
            return at + 1
        at = first
        depth = 0
        opening = words.PREPOSITIONS | words.SUBORDINATORS - {"that", "what", "who", "how", "as"}
        in_subordinate = self.lower(0) in opening and (self.find(",", 0, first) is None)
        while at < self.end:
            token = self.tokens[at]
            lower = token.lower
            if self.taken[at]:
                return at
            if token.text in "([":
                depth += 1
            elif token.text in ")]":
                depth = max(0, depth - 1)
            elif depth == 0 and at > first:
                if lower == ";":
                    return at
                if self.is_speech(at) and at + 1 < self.end and self.tokens[at].text.rstrip("\"'”’")[-1:] in ".,?!":
                    return at + 1
                if lower == "," and in_subordinate:
                    return at
                if lower in {",", *words.DASHES} and self.breaks_off(at):
                    return at
                if lower in ("and", "but") and self.starts_new_cue(at + 1, needs_subject=False):
                    return at
                if lower == "when" and self.lower(at + 1) == "asked":
                    return at
            at += 1
        return self.end

    def breaks_off(self, at: int) -> bool:
        """Whether a comma or a dash ends the content: a participle, or another speaker, follows."""
        following = self.lower(at + 1)
        if following == "with" or (following == "when" and self.lower(at + 2) == "asked"):
            return True
        if (
            len(following) > 4
            and following.endswith("ing")
            and following not in _NOT_A_PARTICIPLE
            and not self.is_capital(at + 1)
        ):
            return True
        if self.lower(at) in words.DASHES and following in ("but", "though", "although"):
            return True
        if following in ("which", "who", "whose", "where", "when") and self.find(",", at + 1, 40) is None:
            # What is added about the last word, to the end of the sentence, is more often the report's own.
            return True
        if following in ("but", "though", "although", "while", "and"):
            return self.starts_new_cue(at + 2, needs_subject=following == "and")
        return following == "compared" or (following in ("a", "an") and self.lower(at + 2)[:1].isdigit())

    def starts_new_cue(self, at: int, *, needs_subject: bool) -> bool:
        """Whether a finite cue with its own content comes within a few words."""
        for here in range(at, min(at + (7 if needs_subject else 6), self.end)):
            if not self.is_word(here):
                return False
            form = self.form(here)
            if form and form.shape in ("past", "both", "s"):
                start = self.cue_start(here)
                if needs_subject and start <= at:
                    return False
                if self.is_passive(start, here, form) or not self.is_verb(start, here, form):
                    return False
                complement = self.complement(here, form)
                if complement is None:
                    return False
                if needs_subject:
                    return True
                if start > at and not self.follows_elision(start):
                    return False
                first = complement[1]
                return (
                    form.cue.lemma in SECOND_CUES
                    or self.lower(first) in ("that", "to", ":")
                    or self.is_quotation(first)
                    or self.is_quotation(first + 1)
                )
            if here > at and self.lower(here) in words.SUBORDINATORS:
                return False
        return False

    def follows_elision(self, start: int) -> bool:
        """Whether only a place stands between "and" or "but" and a cue: "… but in a later interview said"."""
        if self.lower(start - 1) not in OCCASIONS:
            return False
        opened = next(
            (i for i in range(start - 2, max(0, start - 8) - 1, -1) if self.lower(i) in ("in", "on", "at", "during")), 0
        )
        return opened > 0 and self.lower(opened - 1) in ("and", "but")

    def quotation_after(self, at: int) -> int | None:
        """The speech that goes on after "he said" and a comma, a colon, or a few words of time and place."""
        for here in range(at, min(at + 14, self.end)):
            if self.is_speech(here):
                return here if not self.is_word(here - 1) else None
            if self.lower(here) in {";", *words.DASHES} or (
                self.lower(here) == "," and not self.is_quotation(here + 1)
            ):
                return None
        return None

    def ends_after(self, at: int, form: Form) -> bool:
        """Whether no content follows the cue: the sentence ends, or only a time, a place or somebody told follows."""
        after = at + 1
        if after >= self.end:
            return True
        if self.complement(at, form) is not None:
            return False
        following = self.lower(after)
        return (
            following == ","
            or following in words.TIME_WORDS
            or following in ("in", "on", "at", "during", "after", "via", "as", "when")
            or ("r" in form.cue.frames and self.is_word(after))
        )

    def is_introduction(self, comma: int) -> bool:
        """Whether what stands before a comma only introduces the clause: "In a statement, X said"."""
        start = self.clause_start(comma)
        first = self.lower(start)
        if comma - start > 14:
            return False
        if (
            first in words.PREPOSITIONS | words.SUBORDINATORS - {"as"}
            or first in words.TIME_WORDS
            or is_adverb(self.tokens[start])
        ):
            return not any(self.looks_finite(i) for i in range(start, comma))
        return comma - start < 3 or first.endswith("ing")

    def has_finite(self, at: int) -> bool:
        """Whether a finite verb comes within a few words of the same clause."""
        for here in range(at + 1, min(at + 14, self.end)):
            if not self.is_word(here):
                return False
            if is_auxiliary(self.tokens[here]) or self.looks_like_verb(here):
                return True
        return False

    def goes_on_after(self, left: int, right: int) -> bool:
        """Whether a cue and its source stand between commas in what is handed over: "The road, X said, is closed"."""
        if self.lower(left) != "," or self.lower(right) != "," or not self.is_word(right + 1) or self.breaks_off(right):
            return False
        first = self.clause_start(left)
        token = self.tokens[first]
        opens = self.lower(first) in words.PREPOSITIONS | words.SUBORDINATORS | words.TIME_WORDS or is_adverb(token)
        return first < left and not (opens and left - first < 8)

    def looks_finite(self, at: int) -> bool:
        """Whether a token is an auxiliary that makes a clause of its own."""
        token = self.tokens[at]
        return is_auxiliary(token) and token.lower not in ("being", "having", "been", "'s")

    def starts_clause(self, at: int) -> bool:
        """Whether a clause without "that" may begin at a token."""
        lower = self.lower(at)
        if not self.is_word(at):
            return False
        if lower in words.CONJUNCTIONS | words.BE | words.HAVE or lower in (
            "of",
            "by",
            "to",
            "than",
            "for",
            "with",
            "about",
        ):
            return False
        return self.end - at > 1

    def apposition_end(self, at: int) -> int:
        """Where the apposition that begins at a token, after a comma, ends."""
        here = at
        while here < self.end:
            if self.lower(here) in {";", ":", *words.DASHES} or self.taken[here]:
                return here
            if self.is_speech(here) and self.lower(here - 1) == ",":
                return here - 1
            if self.lower(here) == "," and self.breaks_off(here):
                return here
            here += 1
        return self.end
