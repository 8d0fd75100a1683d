import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openKernel } from '../../scripts/notebooks/kernel.ts'
import type { Notebook } from '../../scripts/notebooks/notebook.ts'

// What a notebook of Deno gives for values at the end of cells: from the source, as deno.json maps it.

const cells: readonly (readonly [source: string, types: readonly string[]])[] = [
  ["import { Input, init, join, key, Relu, tensor } from 'joinery'\nconst network = join(Input(4), Relu(2))", []],
  ['network', ['image/svg+xml', 'text/plain']],
  ['tensor([1, 2])', ['text/html', 'text/plain']],
  ['init(network, key(1))', ['text/html', 'text/plain']],
  ['Relu(3)', ['text/plain']],
]

describe("In Deno's kernel, values", () => {
  it('are shown as diagrams and tables', async function () {
    if (spawnSync('jupyter-nbconvert', ['--version']).error !== undefined) {
      console.log('      jupyter-nbconvert is not installed')
      this.skip()
    }
    const kernel = openKernel()
    try {
      const notebook = {
        cells: cells.map(([source], i) => ({
          cell_type: 'code',
          id: `cell-${i}`,
          execution_count: null,
          metadata: {},
          outputs: [],
          source,
        })),
        metadata: { kernelspec: { display_name: 'Deno', language: 'typescript', name: 'deno' } },
        nbformat: 4,
        nbformat_minor: 5,
      } as unknown as Notebook
      const executed = await kernel.execute(notebook, fileURLToPath(new URL('../../notebooks/', import.meta.url)), 250)
      const types = executed.cells.map(({ outputs }) =>
        (outputs ?? []).flatMap(({ data }) => Object.keys(data ?? {})).sort(),
      )
      expect(types).to.deep.equal(cells.map(([, expected]) => expected))
    } finally {
      kernel.close()
    }
  })
})
