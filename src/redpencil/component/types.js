/**
 * What goes in and out, as the kit stores it. Every offset here is a Unicode code point, end exclusive.
 *
 * @typedef {[number, number]} Span
 * @typedef {{to: string, role: string}} Link
 * @typedef {{id: string, label: string, spans: Span[], quotes: string[], links?: Link[], actor?: string, note?: string}} Mark
 * @typedef {string | Mark[]} Answer
 * @typedef {Record<string, Answer>} AnswerById
 * @typedef {{id: string, name: string}} Student
 * @typedef {{redpencil: 1, exercise: string, exercise_version: string, student?: Student, answers: AnswerById,
 *   hints?: Record<string, number>, saved_at: string}} AnswersFile
 *
 * @typedef {{id: string, layer: string, label: string, spans: Span[], quotes: string[],
 *   status: "required" | "accepted", reason: string, links?: Link[], actor?: string}} KeyAnnotation
 *
 * @typedef {{id: string, name: string, meaning: string}} Label
 * @typedef {{labels: Label[], links: Record<string, string[]>}} Layer
 * @typedef {{criterion: string, levels: {points: number, description: string}[]}} Criterion
 * @typedef {{text: string, span?: Span}} Hint from a nudge to the place, which has a span
 * @typedef {{id: string, points: Record<string, number>, span?: Span, hints?: Hint[]}} Item
 * @typedef {{id: string, kind: "choice" | "marks" | "free-text", layer: string, title: string, items: Item[],
 *   rubric: Criterion[], probabilities?: Record<string, number>, actors?: {id: string, name: string}[]}} Group with whom a mark may be said to hit
 * @typedef {{redpencil: 1, exercise: string, version: string, fits?: string[], title: string, shown: string[],
 *   layers: Record<string, Layer>, groups: Group[],
 *   document: {id: string, language: string, length: number, sentences: Span[], text?: string}}} ExerciseData
 */

export {};
