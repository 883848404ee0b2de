import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** The first path that can be executed; bare names are looked for in PATH. */
export async function findProgram (...candidates: readonly string[]): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const paths = candidates.flatMap(candidate => candidate.startsWith('/') ? [candidate] : folders.map(folder => join(folder, candidate)))
  for (const path of paths) {
    const found = await access(path, constants.X_OK).then(() => true, () => false)
    if (found) return path
  }
  return undefined
}

/** All of them, or `undefined`. */
export async function findPrograms (...programs: ReadonlyArray<readonly string[]>): Promise<readonly string[] | undefined> {
  const found = await Promise.all(programs.map(candidates => findProgram(...candidates)))
  return found.every(path => path !== undefined) ? found : undefined
}
