// Runs in the browsers. Each function answers with what a page can know, and nothing throws.
/* global document, FontFace, EventSource, Image, location, XMLHttpRequest, window */

const suite = {
  /** Many fetches at once. */
  fetchAll: cases => Promise.all(cases.map(suite.fetch)),

  async fetch ({ url, method = 'GET', headers = [], credentials = 'same-origin', body }) {
    try {
      // Bytes bring no Content-Type along, unlike a string.
      const response = await fetch(url, {
        method, headers, credentials, ...(body === undefined ? {} : { body: new TextEncoder().encode(body) })
      })
      const text = await response.text()
      return { readable: true, status: response.status, url: response.url, redirected: response.redirected, headers: [...response.headers], text }
    } catch (error) {
      return { readable: false, error: String(error) }
    }
  },

  xhr: ({ url, method = 'GET', headers = [], withCredentials = false, body = null, watchUpload = false }) => new Promise(resolve => {
    const request = new XMLHttpRequest()
    request.open(method, url)
    request.withCredentials = withCredentials
    for (const [name, value] of headers) request.setRequestHeader(name, value)
    if (watchUpload) request.upload.onprogress = () => {}
    request.onload = () => resolve({
      readable: true, status: request.status, text: request.responseText, headers: request.getAllResponseHeaders().toLowerCase()
    })
    request.onerror = () => resolve({ readable: false, status: request.status })
    request.send(body)
  }),

  /** Reads the first part, tells the server so, and only then gets the rest. */
  async stream ({ url, goOn }) {
    try {
      const response = await fetch(url)
      const reader = response.body.getReader()
      const decoder = new TextDecoder()
      const first = decoder.decode((await reader.read()).value)
      await fetch(goOn, { method: 'POST' })
      let rest = ''
      for (let part = await reader.read(); !part.done; part = await reader.read()) rest += decoder.decode(part.value)
      return { first, rest }
    } catch (error) {
      return { error: String(error) }
    }
  },

  eventSource: ({ url, withCredentials = false }) => new Promise(resolve => {
    const source = new EventSource(url, { withCredentials })
    source.onmessage = ({ data }) => { source.close(); resolve({ readable: true, data }) }
    source.onerror = () => { source.close(); resolve({ readable: false }) }
  }),

  moduleScript: ({ url }) => new Promise(resolve => {
    const script = document.createElement('script')
    script.type = 'module'
    script.src = url
    script.onload = () => resolve({ readable: true, ran: window.moduleRan === true })
    script.onerror = () => resolve({ readable: false, ran: window.moduleRan === true })
    document.documentElement.append(script)
  }),

  image: ({ url, crossOrigin }) => new Promise(resolve => {
    const image = new Image()
    if (crossOrigin !== undefined) image.crossOrigin = crossOrigin
    image.onload = () => {
      const canvas = document.createElement('canvas')
      const context = canvas.getContext('2d')
      context.drawImage(image, 0, 0)
      try {
        context.getImageData(0, 0, 1, 1)
        resolve({ loaded: true, readable: true })
      } catch {
        resolve({ loaded: true, readable: false })
      }
    }
    image.onerror = () => resolve({ loaded: false, readable: false })
    image.src = url
  }),

  font: ({ url }) => new FontFace('loaded', `url("${url}")`).load().then(() => ({ readable: true }), () => ({ readable: false }))
}

const calls = new Map()

if (location.pathname === '/frame') {
  // Hands its calls on to a sandboxed frame, whose origin is opaque.
  const frame = document.createElement('iframe')
  const loaded = new Promise(resolve => frame.addEventListener('load', resolve))
  frame.sandbox = 'allow-scripts'
  frame.src = '/page'
  document.body.append(frame)
  window.addEventListener('message', ({ data: { id, result } }) => calls.get(id)?.(result))
  window.call = async (name, argument) => {
    await loaded
    return new Promise(resolve => {
      const id = calls.size
      calls.set(id, resolve)
      frame.contentWindow.postMessage({ id, name, argument }, '*')
    })
  }
} else {
  window.addEventListener('message', async ({ data: { id, name, argument }, source }) => {
    source.postMessage({ id, result: await suite[name](argument) }, '*')
  })
  window.call = (name, argument) => suite[name](argument)
}
