// What it takes to listen: of the kinds that query threads serve, the main thread hands one to each of them.

export type QueryListenerKind = 'udp' | 'tcp' | 'dot' | 'doh';
/** What is not DNS is served by the main thread. */
export type MainListenerKind = 'acme-http' | 'http';
export type ListenerKind = QueryListenerKind | MainListenerKind;

export interface ListeningSocket<Kind extends ListenerKind = QueryListenerKind> {
  /** Unique over the life of the process; names the socket in add and remove messages. */
  readonly id: number;
  readonly kind: Kind;
  readonly address: string;
  readonly port: number;
  /**
   * The main thread's descriptor, already bound (TCP: listening). The thread duplicates it before use, so that closing the
   * copy, also by dying, leaves the original. Undefined without koffi: the thread opens its own with `reusePort`.
   */
  readonly descriptor: number | undefined;
}
