/** V8's own figures of a running isolate, over the inspector's protocol. */
export interface Heap {
  /** Live JavaScript objects, bytes. */
  readonly usedBytes: number;
  /** Bytes in buffers outside the heap, without WebAssembly memories. */
  readonly bufferBytes: number;
}

export interface Inspector {
  heap(): Promise<Heap>;
  /** Asks for a collection; later calls see the heap collected. */
  collectGarbage(): void;
  close(): void;
}

interface Reply {
  readonly id: number;
  readonly result?: Record<string, number>;
  readonly error?: { readonly message: string };
}

export async function openInspector(url: string): Promise<Inspector> {
  const socket = new WebSocket(url);
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`no inspector at ${url}`));
  });
  socket.onmessage = ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  };
  async function call(method: string): Promise<Record<string, number>> {
    const id = ++lastId;
    const answered = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method }));
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }
  return {
    async heap() {
      const { usedSize, backingStorageSize } = await call("Runtime.getHeapUsage");
      return { usedBytes: usedSize, bufferBytes: backingStorageSize };
    },
    // workerd carries this out and never answers it.
    collectGarbage: () => void call("HeapProfiler.collectGarbage"),
    close: () => socket.close(),
  };
}
