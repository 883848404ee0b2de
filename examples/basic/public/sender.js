// In a frame of the page on the other origin: sends to the API what that page asks for, from this origin.
import { send } from './send.js'

const { api, pages } = await (await fetch('settings.json')).json()

window.addEventListener('message', async ({ source, origin, data: { path, init } }) => {
  if (pages.includes(origin)) source.postMessage(await send(api + path, init), origin)
})

window.parent.postMessage('ready', pages.find(origin => origin !== location.origin))
