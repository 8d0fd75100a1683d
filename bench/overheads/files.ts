import { mkdtempSync, rmSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as later } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { init, key, resnet50 } from '../../src/index.ts'
import { load, save } from '../../src/storage.ts'

// Files of ResNet-50, a hundred megabytes, beside what the file system does with the same bytes.

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const timed = async <R>(work: () => Promise<R>): Promise<readonly [time: number, result: R]> => {
  // A hundred megabytes that the last round has left are not to be cleared away in this one's time: tensors are freed in a
  // later turn than their handles, and memory by another thread.
  for (let i = 0; i < 3; i++) {
    collect()
    await later(20)
  }
  const start = performance.now()
  const result = await work()
  return [performance.now() - start, result]
}

/** Bytes on the disk, as durable as what is saved. */
const write = async (file: string, bytes: Uint8Array): Promise<void> => {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What is measured. */
export type FileWork = 'save' | 'write' | 'load' | 'read'

/**
 * Milliseconds of rounds: of saving and loading a network, and of writing and reading its bytes. Each is measured in a process
 * of its own, so that no one pays for another's memory.
 */
export const filed = async (work: FileWork): Promise<() => Promise<number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'resnet50.safetensors')
  const network = resnet50()
  const variables = init(network, key(1))
  await save(file, network, variables)
  if (work === 'save') return async () => (await timed(() => save(file, network, variables)))[0]
  if (work === 'read') return async () => (await timed(() => readFile(file)))[0]
  if (work === 'write') {
    const bytes = await readFile(file)
    return async () => (await timed(() => write(file, bytes)))[0]
  }
  return async () => {
    const [time, loaded] = await timed(() => load(file))
    for (const tree of [loaded.variables.params, loaded.variables.state])
      for (const layer of Object.values(tree)) for (const tensor of Object.values(layer)) tensor.dispose()
    return time
  }
}
