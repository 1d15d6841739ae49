"""The detector of loaded labels and its lexicon.

The sentences are invented, about places that do not exist. What each should give was marked by hand, by two tests: the
swap test (would both sides print it?) and the fact test (is a fact lost with a plainer word?).
"""

import hashlib
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redpencil.detectors.forms import adjective_forms, noun_forms, verb_forms
from redpencil.detectors.loaded_labels import detect_loaded_labels
from redpencil.detectors.loaded_lexicon import (
    EUPHEMISM,
    EXAGGERATION,
    LABELS,
    LAYER,
    LOADED_LANGUAGE,
    NAME_CALLING,
    forms_of,
    load_lexicon,
    read_lexicon,
)
from redpencil.detectors.tokens import find_tokens
from redpencil.exercise import load_exercise, load_key

LEXICON = load_lexicon()
N, L, U, X = NAME_CALLING, LOADED_LANGUAGE, EUPHEMISM, EXAGGERATION


def found(text):
    return [(s.annotation.label, s.annotation.quotes[0]) for s in detect_loaded_labels(text)]


# ----------------------------------------------------------------------------------------------------------------------
# What is marked, and how far it reaches

MARKED = [
    # A label for people, with the words before its noun and without its article.
    ("Marvian radicals fled the town of Oster, the army said.", [(N, "Marvian radicals")]),
    ("The brutal regime in Kastoria sent troops to the border.", [(N, "brutal regime")]),
    ("The murderous, corrupt regime of General Task fell.", [(N, "murderous, corrupt regime")]),
    ("The senator shouted that Kastoria was a terrorist state.", [(N, "terrorist state")]),
    ("He is a liar, and his puppet government knows it.", [(N, "liar"), (N, "puppet government")]),
    ("A radical anti-Marvian group claimed the attack.", [(N, "radical anti-Marvian group")]),
    ("Neither the dictator’s army nor his henchmen came.", [(N, "dictator"), (N, "henchmen")]),
    ("Eco-terrorists, the mayor called them.", [(N, "Eco-terrorists")]),
    ("Voters are tired of Crooked Jonna, he wrote.", [(N, "Crooked Jonna")]),
    # Praise is marked as blame is.
    ("The heroic defenders of Oster held the bridge.", [(N, "heroic defenders")]),
    ("Freedom fighters entered the town as heroes.", [(N, "Freedom fighters"), (N, "heroes")]),
    ("Our brave soldiers died as martyrs.", [(N, "brave soldiers"), (N, "martyrs")]),
    ("The army liberated the village of Tarn.", [(L, "liberated")]),
    ("It was a glorious day, and a triumph.", [(L, "glorious"), (L, "triumph")]),
    ("Kastoria’s parliament hailed the historic treaty.", [(L, "hailed"), (L, "historic")]),
    # Loaded language: the word, or the fixed phrase whole.
    ("The loss of Tarn was a devastating blow.", [(L, "devastating blow")]),
    ("Guards slaughtered the prisoners in cold blood.", [(L, "slaughtered"), (L, "in cold blood")]),
    ("General Task’s brutal tactics were criticised.", [(L, "brutal")]),
    ("Their reckless appeasement failed.", [(L, "reckless appeasement")]),
    ("The war-torn valley lies to the north.", [(L, "war-torn")]),
    ("The minister whined about the rules.", [(L, "whined")]),
    ("Extremist views were read aloud.", [(L, "Extremist")]),
    # With the adverb that makes it stronger.
    ("The plan is utterly absurd.", [(L, "utterly absurd")]),
    ("The plan is utterly unfair.", [(L, "utterly unfair")]),
    # Of war, and of people.
    ("Turkish aggression has to end.", [(L, "Turkish aggression")]),
    ("They condemned the Marvian aggression against Oster.", [(L, "Marvian aggression")]),
    ("He spoke of aggression against the valley.", [(L, "aggression")]),
    ("It was armed aggression.", [(L, "armed aggression")]),
    ("The army fought remnants of the armed groups.", [(N, "remnants of the armed groups")]),
    ("Militia remnants held the hill.", [(N, "Militia remnants")]),
    ("The remnants of the terrorists fled.", [(N, "remnants of the terrorists")]),
    # Softer words.
    ("A surgical strike caused collateral damage.", [(U, "surgical strike"), (U, "collateral damage")]),
    ("Troops neutralised ten fighters near the river.", [(U, "neutralised")]),
    ("Five militants were eliminated at dawn.", [(U, "eliminated")]),
    ("The prisoners went through enhanced interrogation.", [(U, "enhanced interrogation")]),
    # Larger or smaller than what is shown.
    ("There was no real resistance in Oster.", [(X, "no real resistance")]),
    ("Shelling completely destroyed the economy.", [(X, "completely destroyed")]),
    ("His answer was nothing but a show.", [(X, "nothing but a show")]),
    ("It was the most shameful speech ever.", [(X, "most shameful speech ever")]),
    ("Task is the worst mayor in the world.", [(X, "worst mayor in the world")]),
    ("Countless people watched.", [(X, "Countless")]),
    ("Every single promise was broken.", [(X, "Every single promise")]),
    ("It was a drop in the ocean.", [(X, "a drop in the ocean")]),
    # Quotation marks and "so-called".
    ("The so-called government of Lower Marvia met.", [(N, "so-called government")]),
    ("They spoke of a so-called plan.", [(L, "so-called")]),
    ("Guards stood beside the ballot boxes at the “elections” in Tarn.", [(L, "elections")]),
    ("The “journalists” left the town.", [(N, "journalists")]),
    # A headline in capitals.
    ("BRUTAL REGIME STRIKES OSTER AGAIN", [(N, "BRUTAL REGIME")]),
    ("Terrorists Flee As Army Liberates Tarn", [(N, "Terrorists"), (L, "Liberates")]),
]


@pytest.mark.parametrize(("text", "expected"), MARKED, ids=[text for text, _ in MARKED])
def test_a_loaded_wording_is_found_with_its_label_and_edges(text, expected):
    assert found(text) == expected


PLAIN = [
    # Both sides print it.
    "Armed groups and pro-government forces fought near the bridge.",
    "The army captured the village and advanced to the river.",
    "Rebels and militants withdrew from most of the area.",
    "Turkish-backed fighters and Iranian-backed militias signed the truce.",
    "The opposition holds the north, the government the south.",
    # Grim facts in plain words.
    "Twelve people died and forty were wounded when a shell hit the market.",
    "The court sentenced him to life in prison for murder.",
    "Soldiers shot four prisoners.",
    # Terms of law and office.
    "Police arrested two men on terrorism charges.",
    "A counter-terrorism unit searched the flat.",
    "The Terrorist Financing Act passed in 2003.",
    "Nobody has claimed the terrorist attack.",
    "The war crimes tribunal heard a witness.",
    "She was charged with reckless driving and a hate crime.",
    "The court heard of ethnic cleansing and of the crime of aggression against Oster.",
    "Human aggression and a dog’s aggression were compared.",
    "The remnants of the wall and of the Roman empire stand beside the remnants of the party.",
    "A street gang and gang violence were in the news.",
    "Nazi Germany invaded Poland, and the crusader castle stands.",
    # Terms of medicine, science and engineering.
    "Doctors removed it by radical surgery, and free radicals were measured.",
    "Toxic waste and poisonous snakes were kept apart.",
    "An explosive device lay beside incendiary bombs.",
    "The tumour was a malignant tumour.",
    "Add soda to neutralise the acid.",
    # Rules, not rulers.
    "The tax regime changed, the ceasefire regime held, and her training regime worked.",
    # Names, arts, sport.
    "The Heroes Act passed, and the Proud Patriot Foundation gave money.",
    "Patriot missiles were sent to Kastoria.",
    "Bloody Sunday is remembered each year.",
    "She likes horror films and cult classics.",
    "The club was eliminated in the second round.",
    "The Oster Massacre took place in 1988, the Tarn massacre a year later.",
    "Striking workers met in the historic centre, beside statues of historic figures.",
    # Plain numbers and records.
    "It was the highest temperature ever recorded in Tarn.",
    "It was the greatest sum ever paid.",
    "No real estate was sold, and no real numbers were used.",
    "The whole village has 40 houses.",
    # Spoken words in quotation marks are quotations.
    "She called them “elections”.",
    "The word “democracy” stands in the law.",
    "The mayor said the “reforms” would come.",
    # No words at all, and other languages.
    "",
    " \n\n ",
    "…!?",
    "12 34 56",
    "Солдаты вошли в город.",
    "هاجمت القوات القرية",
    "軍隊は村に入った。",
    "Die Armee erreichte das Dorf am Abend.",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_wording_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("blame", "praise"),
    [
        ("The savage attackers of Oster were thugs.", "The brave defenders of Oster were heroes."),
        ("The army terrorised the valley.", "The army liberated the valley."),
        ("It was an outrage.", "It was a triumph."),
    ],
)
def test_blame_and_praise_are_marked_alike(blame, praise):
    assert [label for label, _ in found(blame)] == [label for label, _ in found(praise)] != []


@pytest.mark.parametrize(("one", "other"), [("Marvian", "Kastorian"), ("Turkish", "Russian"), ("Muslim", "Christian")])
@pytest.mark.parametrize(
    "sentence", ["The brutal {} regime fell.", "{} radicals met.", "{} forces liberated Tarn.", "The {} army met."]
)
def test_the_same_sentence_about_another_side_is_marked_the_same(sentence, one, other):
    assert [(label, q.replace(one, "?")) for label, q in found(sentence.format(one))] == [
        (label, q.replace(other, "?")) for label, q in found(sentence.format(other))
    ]


def test_a_label_does_not_reach_across_a_sentence_or_a_paragraph():
    assert found("They are brutal. Government offices opened.") == [(L, "brutal")]
    assert found("It was brutal\n\nSoldiers came.") == [(L, "brutal")]


def test_a_label_goes_on_over_a_wrapped_line():
    assert found("They met the brutal\nregime there.") == [(N, "brutal\nregime")]


def test_a_label_reaches_at_most_four_words_to_the_left():
    (only,) = detect_loaded_labels("He met old rich foreign political corporate crony elite thugs.")

    assert only.annotation.quotes[0] == "foreign political corporate crony elite thugs"[8:]


def test_words_in_somebody_elses_mouth_are_marked_too():
    assert found("“They are butchers,” she said.") == [(N, "butchers")]


def test_each_occurrence_counts():
    assert found("Thugs came. Thugs left.") == [(N, "Thugs"), (N, "Thugs")]


def test_offsets_count_code_points():
    text = "🙂 The brutal regime 𝔸 fell."
    (only,) = detect_loaded_labels(text)
    (span,) = only.annotation.spans

    # The smiling face is one code point, though two UTF-16 units.
    assert (span.start, span.end) == (6, 19)


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_a_possessive_is_left_outside_the_label(apostrophe):
    assert found(f"The tyrant{apostrophe}s palace is closed.") == [(N, "tyrant")]


# ----------------------------------------------------------------------------------------------------------------------
# What a suggestion says


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The regime fell.", "lexicon:rule-that-is-not-respected"),
        ("The cruel leader fell.", "loaded-adjective+people"),
        ("It was utterly absurd.", "intensifier+evaluative"),
        ("There was no real choice.", "pattern:no-real-noun"),
        ("It was nothing but noise.", "pattern:nothing-but"),
        ("It was the worst day ever.", "pattern:superlative-ever"),
        ("It was totally ignored.", "pattern:strong-adverb"),
        ("Every single house fell.", "pattern:every-single"),
        ("So-called plans fell.", "pattern:so-called"),
        ("Their “democracy” fell.", "pattern:scare-quotes"),
        ("They neutralized two soldiers.", "pattern:soft-verb+people"),
        ("It was like Crooked Task.", "pattern:nickname"),
    ],
)
def test_a_suggestion_names_its_rule_and_its_reason_quotes_the_words(text, rule):
    (only,) = detect_loaded_labels(text)

    assert only.rule == rule
    assert f"“{only.annotation.quotes[0]}”" in only.annotation.reason


def test_a_reason_offers_a_plainer_wording_where_the_lexicon_has_one():
    (only,) = detect_loaded_labels("The army liberated Tarn.")

    assert only.annotation.reason.endswith("A plainer wording: “take”.")


@pytest.mark.parametrize("words", ["the text is", "this outlet", "biased", "propaganda.", "you should think", "fake"])
def test_no_reason_judges_the_text_or_tells_what_to_think(words):
    whys = {entry.why for entry in LEXICON.entries} | {
        s.annotation.reason.partition("”")[2] for text, _ in MARKED for s in detect_loaded_labels(text)
    }

    assert [why for why in whys if words in why.lower()] == []


def test_a_reason_is_short_enough_for_a_student():
    # Three sentences of at most twenty words.
    for text, _ in MARKED:
        for s in detect_loaded_labels(text):
            sentences = s.annotation.reason.replace("?", ".").rstrip(".").split(". ")
            assert len(sentences) <= 4
            assert max(len(sentence.split()) for sentence in sentences) <= 28


# ----------------------------------------------------------------------------------------------------------------------
# Any text

WORDS = st.sampled_from(
    [
        *("the", "no", "real", "brutal", "regime", "so-called", "nothing", "but", "most", "ever", "every", "single"),
        *(
            "neutralised",
            "ten",
            "fighters",
            "Crooked",
            "utterly",
            "absurd",
            "liberated",
            "terrorist",
            "attack",
            "anti-",
        ),
        *("of", "pack", "lies", "iron", "fist", "Marvian", "’s", "“", "”", ",", ".", "\n", "\n\n"),
        *("𝔸", "é", "\x00", "\ufeff", "\u200f", "🙂"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_gives_sorted_suggestions_with_true_quotes_and_ids_of_their_own(text):
    suggestions = detect_loaded_labels(text)

    end = 0
    for s in suggestions:
        (span,) = s.annotation.spans
        assert end <= span.start < span.end <= len(text), "they do not overlap and stand in order"
        end = span.end
        assert s.annotation.quotes == (text[span.start : span.end],)
        assert s.annotation.layer == LAYER
        assert s.annotation.label in LABELS
        assert s.rule
        assert s.annotation.reason
    assert len({s.annotation.id for s in suggestions}) == len(suggestions)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_the_same_text_gives_the_same_suggestions(text):
    assert detect_loaded_labels(text) == detect_loaded_labels(text)


@given(st.binary(max_size=500))
def test_bytes_read_as_text_do_no_harm(data):
    detect_loaded_labels(data.decode("latin-1"))


@pytest.mark.parametrize(
    "unit",
    [
        "The brutal regime liberated Tarn. ",
        "a",
        "a-",
        "“",
        "brutal ",
        "radical, ",
        "brutal and ",
        "no real ",
        "the most ",
        "nothing but ",
        "so-called “",
        "“the ",
        "was neutralised ",
        "’",
        "\n",
    ],
)
def test_the_work_grows_with_the_length_of_the_text(unit):
    def seconds(length):
        text = unit * (length // len(unit))
        start = time.process_time()
        detect_loaded_labels(text)
        return time.process_time() - start

    seconds(1_000)
    short, long = seconds(20_000), seconds(200_000)

    # Ten times the text; quadratic work would take a hundred times as long. The floor is for a busy machine.
    assert long < max(40 * short, 5)


def test_a_line_of_a_million_characters_is_read():
    text = "They met the brutal regime there, " * 30_000

    assert len(detect_loaded_labels(text)) == 30_000


# ----------------------------------------------------------------------------------------------------------------------
# Forms of a word


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("liberate", ("liberate", "liberates", "liberated", "liberating")),
        ("crush", ("crush", "crushes", "crushed", "crushing")),
        ("bully", ("bully", "bullies", "bullied", "bullying")),
        ("betray", ("betray", "betrays", "betrayed", "betraying")),
        ("slam", ("slam", "slams", "slammed", "slamming")),
        ("maul", ("maul", "mauls", "mauled", "mauling")),
        ("slay", ("slay", "slays", "slew", "slain", "slaying")),
    ],
)
def test_a_verb_is_known_in_its_forms(verb, forms):
    assert verb_forms(verb) == forms


@pytest.mark.parametrize(
    ("noun", "plural"), [("radical", "radicals"), ("bully", "bullies"), ("hero", "heroes"), ("henchman", "henchmen")]
)
def test_a_noun_is_known_in_its_plural(noun, plural):
    assert plural in noun_forms(noun)


@pytest.mark.parametrize(
    ("adjective", "adverb"),
    [("brutal", "brutally"), ("horrific", "horrifically"), ("horrible", "horribly"), ("greedy", "greedily")],
)
def test_an_adjective_is_known_as_an_adverb(adjective, adverb):
    assert adverb in adjective_forms(adjective)


@pytest.mark.parametrize(
    "text", ["They terrorized it.", "They terrorised it.", "They demonise it.", "They are demonizing it."]
)
def test_british_and_american_spellings_are_both_known(text):
    assert [label for label, _ in found(text)] == [L]


# ----------------------------------------------------------------------------------------------------------------------
# The lexicon


def test_every_entry_has_a_label_of_the_layer_and_a_group_with_a_reason():
    assert len(LEXICON.entries) > 1_000
    for entry in LEXICON.entries:
        assert entry.words == entry.words.strip().lower()
        assert [t.norm for t in find_tokens(entry.words)], entry
        assert entry.label in LABELS
        assert entry.group
        assert entry.why.endswith((".", "?"))


def test_no_entry_stands_twice():
    counts = Counter((entry.words, entry.kind) for entry in LEXICON.entries)

    assert [words for words, n in counts.items() if n > 1] == []


def test_each_entry_is_found_by_one_of_its_forms():
    """An entry that another one hides, or that a neutral term covers, would be dead weight."""
    held = {form for table in (LEXICON.phrases, LEXICON.people_phrases) for rows in table.values() for form, _ in rows}
    held |= {(form,) for forms in LEXICON.by_kind.values() for form in forms}

    assert [entry.words for entry in LEXICON.entries if not set(forms_of(entry)) <= held] == []


def test_every_neutral_term_holds_a_word_that_would_be_marked_without_it():
    forms = {form for entry in LEXICON.entries for form in forms_of(entry)}

    def holds_one(term):
        words = tuple(t.norm for t in find_tokens(term.words))
        return any(words[i:j] in forms for i in range(len(words)) for j in range(i + 1, len(words) + 1))

    assert [term.words for term in LEXICON.neutral if not holds_one(term)] == []
    assert [term.words for term in LEXICON.neutral if not term.why] == []


@pytest.mark.parametrize("term", [term.words for term in LEXICON.neutral])
def test_a_neutral_term_is_left_alone(term):
    assert found(f"They wrote about the {term} there.") == []


def test_the_lexicon_knows_praise_and_blame_of_people_of_deeds_and_of_things():
    for kind in ("noun", "verb", "adjective"):
        assert {entry.side for entry in LEXICON.entries if entry.kind == kind} >= {"praise", "blame"}


# A blame word for armed opponents, one for a government, one for foreign backers: a war has all three.
STAPLES = [
    ("terrorists", "tyrants", "occupiers"),
    ("gangs", "juntas", "imperialists"),
    ("mercenaries", "henchmen", "paymasters"),
    ("thugs", "butchers", "invaders"),
    ("bandits", "despots", "aggressors"),
    ("takfiris", "apostates", "crusaders"),
    ("Nazis", "fascists", "colonialists"),
    ("warlords", "dictators", "puppet masters"),
    ("extremists", "regimes", "warmongers"),
    ("remnants of the militia", "war criminals", "sponsors of terror"),
    ("cutthroats", "oppressors", "plunderers"),
    ("jihadists", "puppets", "vassals"),
]


@pytest.mark.parametrize("frame", ["They fought {} in Tarn.", "The Marvian press wrote of {} again."])
@pytest.mark.parametrize("words", STAPLES, ids=lambda words: ", ".join(words))
def test_blame_is_found_whether_it_is_for_opponents_for_a_government_or_for_foreign_backers(frame, words):
    assert [found(frame.format(word)) for word in words] == [[(N, word)] for word in words]


@pytest.mark.parametrize("frame", ["They {} it.", "The {} was there.", "It was about {} again."])
def test_no_plainer_wording_is_itself_loaded(frame):
    plainer = {entry.plainer for entry in LEXICON.entries if entry.plainer}

    assert len(plainer) > 50
    assert {words: found(frame.format(words)) for words in plainer if found(frame.format(words))} == {}


def test_no_plainer_wording_is_what_a_key_of_the_kit_requires_to_be_marked():
    exercise = load_exercise("loaded-labels")
    required = {
        tuple(t.norm for t in find_tokens(quote))
        for a in load_key(exercise)
        if a.layer == "loaded-label" and a.status == "required"
        for quote in a.quotes
    }
    for entry in LEXICON.entries:
        if entry.plainer:
            first, *rest = (t.norm for t in find_tokens(entry.plainer))
            forms = {(form, *rest) for form in verb_forms(first)} | {(form, *rest) for form in noun_forms(first)}
            assert not forms & required, entry


def test_every_label_has_entries():
    assert {entry.label for entry in LEXICON.entries} == set(LABELS)


# A people, a faith, a colour or a sex is no label of blame. The exceptions speak of hatred of them, or of war on them.
GROUPS = """
    jew jews jewish muslim muslims islam islamic christian christians catholic catholics protestant hindu arab arabs
    black blacks white whites asian asians african africans american americans mexican mexicans turk turks turkish
    russian russians kurd kurds gay gays lesbian lesbians woman women girl girls gypsy roma
"""


def test_no_people_faith_colour_or_sex_is_itself_an_entry_of_blame():
    groups = set(GROUPS.split())
    named = {e.words for e in LEXICON.entries if e.side != "praise" and groups & {*e.words.split()}}

    assert named <= {
        "war on christmas",
        "war on christians",
        "war on women",
        "comfort woman",
        "comfort women",
        "radical islam",
    }


# Slurs, held as digests so that the test does not print them.
SLURS = """
    08a841e996781e9e 0f3ceb308e2bd68b 118418653f4d41e9 120f6e5b4ea32f65 12e6274e4309293e 14a81e30c432687c
    158869a97379229b 16ea09fc78ca83ca 1802d081455e60cd 22f3ae2927952fc2 22fc75e65a0e9d34 2b5384b18ac39e76
    3175bf0638675a5b 333f7618092958c7 33740da8a87dc7de 344d972639fb2e66 3974b16dad9d0b68 3b1e0d7c5dd45583
    3cc0a581d3bbe605 4123eae5a520c227 4b18aefe826adf55 566f532d486c9477 6182f690da88da88 619bc82e0d200e4a
    63a0f641d758652a 70aafb4266950c0d 793739b9b74e71d4 7cfc9425c5f34ec9 8524582ece256663 85340dbba102a475
    85f6146e4a3db892 886d51e97ad7931d 8f5083e3e5c7dc89 94a877e2ce63725e 96c91fa847821d6e 98b52c4b6b7d1f48
    9915ba2d822280f2 9ae315a94e428a7e a40ccba874d28799 a7bf072c97a0779f acd69818273a6911 ad6cacf3af98d07b
    b3cec2f6ece2cef2 b66dd06a13d848d2 bb87adf8aa783887 bd331fb1d24298f5 c2c3b68b48832afd c3de533e9b7fe63b
    cc02032349c833ac d75a838dc758ba17 dc675e448132fd2a e7b98c6aa5b944e0 e84dde508a606a3e e9e8b6c5afa7794f
    ed2610a4d44ca858 eef3bd091670c344 f2605a9a9ab55571 f59e28f8bb6499dd f64c6fad9c3c8b57 f90502ffb5e39689
    f9d0d9b18ae9033a
"""


def test_no_entry_is_a_slur():
    words = {form for entry in LEXICON.entries for whole in forms_of(entry) for form in whole}

    assert {hashlib.sha256(word.encode()).hexdigest()[:16] for word in words} & set(SLURS.split()) == set()


def test_the_digests_of_slurs_are_of_words_in_small_letters():
    # A harmless word was put among them, so that it shows if the digests were made another way.
    assert hashlib.sha256(b"canary-word").hexdigest()[:16] in SLURS.split()


def test_a_broken_lexicon_is_named_by_its_group():
    source = (
        '[[group]]\nid = "odd"\nlabel = "rude"\nkind = "noun"\nside = "blame"\nwhy = "x."\nentries = "a"\nneutral = []'
    )

    with pytest.raises(ValueError, match="'odd'"):
        read_lexicon(source)
