/** The command line cannot be understood. The message is one line, and says what to write. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A file that cannot be read, or is not JSON. The message is one line. */
export class FileError extends Error {
  override readonly name = 'FileError'
}
