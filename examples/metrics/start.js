import cors from 'fastify-cors-policy'
import { build } from './server.js'

const app = await build(cors)
console.log(`curl -H 'Origin: https://evil.example' ${await app.listen({ port: 3000 })}/users, then /metrics`)
