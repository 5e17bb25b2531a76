// What the main thread hands to a query thread so that it can listen.

export type ListenerKind = 'udp' | 'tcp' | 'dot' | 'doh';

export interface ListeningSocket {
  /** Unique over the life of the process; names the socket in add and remove messages. */
  readonly id: number;
  readonly kind: ListenerKind;
  readonly address: string;
  readonly port: number;
  /**
   * The main thread's descriptor, already bound (TCP: listening). The thread duplicates it before use, so that closing the
   * copy, also by dying, leaves the original. Undefined without koffi: the thread opens its own with `reusePort`.
   */
  readonly descriptor: number | undefined;
}
