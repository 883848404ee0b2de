import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Any font of the machine: a browser brings along some (Debian's packages depend on one), this project has none. */
export async function findFont (): Promise<Buffer | undefined> {
  const folder = '/usr/share/fonts'
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const name = names.filter(name => name.endsWith('.ttf')).sort()[0]
  return name === undefined ? undefined : await readFile(join(folder, name))
}
