import { printable } from '../text/printable.js'

/** What the command line is given of its surroundings: those of the process, or a test's. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether standard output is a terminal. */
  readonly isTTY: boolean
  /** The version of the package, for `--version`. */
  readonly version: string
}

export interface Output {
  write (text: string): unknown
}

/** What `styled` knows, by the parameter of ECMA-48's SGR sequence. */
const STYLES = { bold: 1, red: 31, green: 32, yellow: 33, dim: 2 } as const

export type Style = keyof typeof STYLES

/** A line of a report, before it is made safe and coloured. */
export interface Line {
  readonly text: string
  readonly style?: Style
}

/** The longest line that is shown: servers can send a header of any length. */
export const MAX_LINE_LENGTH = 1000

/** https://no-color.org */
export function hasColours ({ isTTY, env }: Terminal): boolean {
  return isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** Lines as they may be written: whatever a server put into them, it cannot steer the terminal. */
export function render (lines: readonly Line[], colours: boolean): string {
  return lines.map(({ text, style }) => `${styled(printable(shorten(text)), colours ? style : undefined)}\n`).join('')
}

function styled (text: string, style: Style | undefined): string {
  return style === undefined ? text : `\u001b[${STYLES[style]}m${text}\u001b[0m`
}

function shorten (text: string): string {
  return text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH)}…` : text
}
