"""How likely something is: points by how near the answer comes, the same on the page as in the gradebook."""

import pytest
from playwright.sync_api import expect

from redpencil.exercise import Answers, load_exercise, load_key
from redpencil.grading.grade import Grader
from redpencil.pages.markup import exercise_html

# (p - o)^2 for 0.05, 0.25, 0.5, 0.75, 0.95 with o = 1: 0.9025, 0.5625, 0.25, 0.0625, 0.0025. Turned and stretched:
# (0.9025 - loss) / 0.9.
SHARES = [0, 0.3778, 0.725, 0.9333, 1]


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("name-check")


def test_each_likelihood_earns_its_share_and_the_page_counts_as_the_grader_does(page, write_page, exercise):
    key = load_key(exercise)
    page.goto(write_page(exercise_html(exercise, ["names"], key)))
    items = exercise.in_group("names")
    labels = list(items[0].probabilities)
    copied = {a.spans[0] for a in key if a.status == "required" and exercise.items[0].probabilities[a.label] > 0.5}
    answers, by_hand = {}, 0.0
    for n, item in enumerate(items[:-1]):
        label = labels[n % 5]
        page.locator(f"input[name='{item.id}'][value='{label}']").check(force=True)
        answers[item.id] = label
        order = sorted(labels, key=lambda one: item.probabilities[one], reverse=item.span not in copied)
        by_hand += SHARES[order.index(label)]
    page.get_by_role("button", name="Compare with the key").click()
    page.get_by_role("button", name="Compare now").click()

    graded = Grader(exercise, key).grade(Answers(exercise.id, exercise.version, answers))
    shown = page.locator(".rp-score").inner_text()
    assert float(shown.split()[0]) == pytest.approx(by_hand, abs=0.006)
    assert float(shown.split()[0]) == pytest.approx(graded.parts["names"], abs=0.006)
    expect(page.locator(".rp-verdict").last).to_contain_text("Not answered")
    said = page.locator(".rp-verdict .rp-fate").all_text_contents()
    assert any(one.startswith("On neither side, 0.73 of 1 point") for one in said)
    assert any(one.startswith("On the key’s side, 0.93 of 1 point") for one in said)
    assert any(one.startswith("On the other side, 0.38 of 1 point") for one in said)
    assert not any("half" in one for one in [*said, page.locator(".rp-comparison").inner_text()])
