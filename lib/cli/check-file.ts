import { readFile } from 'node:fs/promises'
import type { CorsIssue } from '../policy/issue.js'
import { validateCorsOptions } from '../policy/validate.js'
import { FileError } from './errors.js'
import { findJsonError } from './json-error.js'

const READ_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such file'
}

/**
 * Validates the options in a JSON file.
 *
 * @throws {FileError} if there are none to validate
 */
export async function checkFile (path: string): Promise<CorsIssue[]> {
  return validateCorsOptions(parse(path, await read(path)))
}

async function read (path: string): Promise<string> {
  try {
    // Editors of some systems begin a file with a byte order mark.
    return (await readFile(path, 'utf8')).replace(/^\ufeff/, '')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new FileError(`${path} cannot be read: ${READ_ERRORS[String(code)] ?? message}`)
  }
}

function parse (path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const { line, column, found } = findJsonError(text)
    throw new FileError(`${path}:${line}:${column}: not JSON: ${found === undefined ? 'it ends too early' : `unexpected ${JSON.stringify(found)}`}`)
  }
}
