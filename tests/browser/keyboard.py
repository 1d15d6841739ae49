"""A reader who has only a keyboard."""

from __future__ import annotations

from redpencil.exercise import LABEL_SETS


class Keyboard:
    """Presses keys on a page that shows an exercise."""

    def __init__(self, page, exercise):
        self.page = page
        self.exercise = exercise

    def press(self, key, times=1):
        for _ in range(times):
            self.page.keyboard.press(key)

    def tab_to(self, selector, at_most=150):
        """Press Tab until something that fits has the focus."""
        for _ in range(at_most):
            self.press("Tab")
            if self.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
        raise AssertionError(f"{selector} cannot be reached with {at_most} tabs")

    def choose(self, item, label):
        self.tab_to(f'[data-item="{item}"] input')
        number = self._number(self.exercise.item_by_id[item].layer, label)
        if number == 0:
            self.press("Space")
        else:
            self.press("ArrowRight", number)

    def go_to_sentence(self, number):
        self.press("Control+Home")
        self.press("Control+ArrowRight", number - 1)

    def mark(self, annotation):
        """Select the words of an annotation, from the start of its sentence, and press its label's number."""
        document = self.exercise.document
        (span,) = annotation.spans
        number = document.sentence_number(span.start)
        sentence = document.sentences[number - 1]
        self.go_to_sentence(number)
        self.press("ArrowRight", len(document.text[sentence.start : span.start].split()))
        self.press("Shift+ArrowRight", len(document.quote(span).split()) - 1)
        self.press(str(self._number(annotation.layer, annotation.label) + 1))

    @staticmethod
    def _number(layer, label):
        return [one.id for one in LABEL_SETS[layer]].index(label)
