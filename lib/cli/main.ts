import { readArguments, type ExplainCommand } from './arguments.js'
import { FileError, UsageError } from './errors.js'
import { explainUrl, type Explanation } from './explain-url.js'
import { HELP } from './help.js'
import { reportJson, reportLines } from './report.js'
import { hasColours, render, type Line, type Terminal } from './terminal.js'

const EXIT_CODES: Readonly<Record<Explanation['verdict'], number>> =
  { allowed: 0, 'preflight-allowed': 0, blocked: 1, unknown: 2 }

/**
 * Runs the command line.
 *
 * @param argv the arguments that follow the program's name
 * @returns the exit code: 0 allowed or no issues, 1 blocked or issues, 2 could not tell
 */
export async function run (argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const command = readArguments(argv)
    switch (command.name) {
      case 'help':
        terminal.stdout.write(HELP)
        return 0
      case 'version':
        terminal.stdout.write(`${terminal.version}\n`)
        return 0
      case 'check': return await check(command.file, terminal)
      case 'explain': return await explain(command, terminal)
    }
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message} (see --help)`, terminal)
    if (error instanceof FileError) return complain(error.message, terminal)
    throw error
  }
}

function complain (text: string, { stderr }: Terminal): number {
  stderr.write(render([{ text: `fastify-cors-policy: ${text}` }], false))
  return 2
}

async function explain (command: ExplainCommand, terminal: Terminal): Promise<number> {
  const explanation = await explainUrl(command)
  terminal.stdout.write(command.json ? reportJson(explanation) : render(reportLines(explanation), hasColours(terminal)))
  if (explanation.verdict === 'unknown') complain(explanation.reason, terminal)
  return EXIT_CODES[explanation.verdict]
}

async function check (file: string, terminal: Terminal): Promise<number> {
  // Loaded here only: the validator and what it needs take longer to load than to run.
  const { checkFile } = await import('./check-file.js')
  const issues = await checkFile(file)
  const lines: Line[] = issues.length === 0
    ? [{ text: `${file}: no issues`, style: 'green' }]
    : [
        ...issues.map(({ path, message, hint }) => ({ text: `${file}: ${path === '' ? '' : `${path}: `}${message} → ${hint}` })),
        { text: `${file}: ${issues.length} ${issues.length === 1 ? 'issue' : 'issues'}`, style: 'red' }
      ]
  terminal.stdout.write(render(lines, hasColours(terminal)))
  return issues.length === 0 ? 0 : 1
}
