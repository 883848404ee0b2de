/** The longest word that is compared: a longer one is nobody's misspelling, and comparing it would cost its length. */
export const MAX_WORD_LENGTH = 40

/**
 * The known word that was most likely meant; `undefined` where none is near.
 *
 * @param maxEdits the most letters to insert, delete or replace, given the known word
 */
export function nearest (word: string, known: readonly string[], maxEdits: (candidate: string) => number): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined
  const [best] = known
    .map(candidate => ({ candidate, edits: editDistance(word, candidate) }))
    .filter(({ candidate, edits }) => edits <= maxEdits(candidate))
    .sort((a, b) => a.edits - b.edits)
  return best?.candidate
}

/** Levenshtein's, a row of its table at a time. */
function editDistance (a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...b].entries()) {
      next.push(Math.min(
        next[column] as number + 1,
        row[column + 1] as number + 1,
        row[column] as number + (letter === other ? 0 : 1)
      ))
    }
    row = next
  }
  return row[b.length] as number
}
