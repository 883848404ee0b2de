// A process that only answers so many requests, for whoever counts its instructions.
import { contenders } from './contenders.js'
import { requests } from './requests.js'
import { Client } from './socketless.js'

const { lane, count } = JSON.parse(process.argv[2])
await new Client(await contenders[lane.contender](lane), requests[lane.request]).send(count)
