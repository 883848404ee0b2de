// All that the plugin uses of TypeBox, in one place: the build puts it into one file here, because the library loads
// some 400, which takes longer than loading Fastify.
export { Type } from '@sinclair/typebox'
export { Errors, ValueErrorType } from '@sinclair/typebox/errors'
