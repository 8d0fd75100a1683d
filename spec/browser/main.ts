import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { digests } from '../onnx/files.ts'

// Runs page.ts in a browser without a window, Debian's package chromium or what CHROMIUM names, and prints what it says.

const root = fileURLToPath(new URL('../..', import.meta.url))
const browser = process.env.CHROMIUM ?? 'chromium'
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
  bundle: true,
  write: false,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  external: ['node:*'],
  outdir: '/',
  logLevel: 'error',
})
const bundled = new Map(outputFiles.map(file => [file.path, file.contents]))

/** A file of the bundle, of the WebAssembly backend of tfjs, or of onnxruntime-web, which looks beside the page. */
const fileAt = async (url: string): Promise<Uint8Array> =>
  bundled.get(url) ??
  (await readFile(
    url.startsWith('/wasm/')
      ? path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', path.basename(url))
      : path.join(root, 'node_modules/onnxruntime-web/dist', path.basename(url)),
  ))

const profile = mkdtempSync(path.join(tmpdir(), 'joinery-browser-'))
let ended = (): void => {}
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    ended()
    process.exit(1)
  })

let [passed, failed] = [0, 0]
const heard = (text: string): void => {
  console.log(text)
  if (text.startsWith('passed')) passed++
  else failed++
}
const done = new Promise<void>((resolve, reject) => {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://page').pathname
    if (url === '/say') {
      const text = (await request.toArray()).join('')
      if (text === 'done') resolve()
      else heard(text)
      response.end()
    } else if (url === '/onnx') response.end(JSON.stringify(await digests()))
    else if (url === '/')
      response.setHeader('content-type', 'text/html').end('<script type="module" src="/page.js"></script>')
    else
      try {
        response.setHeader('content-type', types[path.extname(url)] ?? 'text/plain').end(await fileAt(url))
      } catch {
        response.writeHead(404).end()
      }
  })
  server.listen(0, 'localhost', () => {
    const { port } = server.address() as AddressInfo
    const flags = ['--headless=new', '--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
    // Debian's program starts the browser and ends: only the group of both can be ended.
    const options = { stdio: 'ignore', detached: true } as const
    const child = spawn(browser, [...flags, `--user-data-dir=${profile}`, `http://localhost:${port}/`], options)
    ended = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    child.on('error', ({ message }) =>
      reject(new Error(`${message}: install Debian's chromium, or name one in CHROMIUM.`)),
    )
    child.on('exit', () => reject(new Error(`${browser} ended before the page did.`)))
    setTimeout(() => reject(new Error('The page said nothing more for two minutes.')), 120_000).unref()
  })
})
let status = 1
try {
  await done
  console.log(`${passed} passed, ${failed} failed`)
  status = failed === 0 ? 0 : 1
} catch (error) {
  console.error((error as Error).message)
} finally {
  ended()
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
}
process.exit(status)
