/**
 * Binding of Durable Objects that offer these methods, as far as it is used. Cloudflare's type,
 * `DurableObjectNamespace<Class>`, says that a tuple comes back as a list of either; it comes back as it was sent.
 */
export interface ObjectsOf<Offered> {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): Offered;
}
