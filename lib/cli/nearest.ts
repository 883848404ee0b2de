/** The most edits between a misspelling and what is suggested for it. */
const MAX_EDITS = 2

/** The longest word that is compared: a longer one is nobody's misspelling. */
const MAX_LENGTH = 40

/** The known word that was most likely meant; `undefined` where none is near. */
export function nearest (word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined
  const [best] = known
    .map(candidate => ({ candidate, edits: editDistance(word.toLowerCase(), candidate) }))
    .filter(({ edits }) => edits <= MAX_EDITS)
    .sort((a, b) => a.edits - b.edits)
  return best?.candidate
}

/** The number of letters to insert, delete or replace between two words (Levenshtein). */
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
