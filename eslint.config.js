import neostandard from 'neostandard'

// The Fastify house style. What git ignores (dist, .tap, node_modules) is not linted either.
export default neostandard({ ts: true, ignores: neostandard.resolveIgnoresFromGitignore() })
