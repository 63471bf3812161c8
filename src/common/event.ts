import { type Disposable, toDisposable } from './disposable.ts';

/** Subscribes a listener. Events tell; they never drive control flow. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** An event that never comes. */
export const NEVER: Event<never> = () => toDisposable(() => {});

/** The private side of an event. A throwing listener does not stop the others. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  };

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  fire(value: T): void {
    let firstError: unknown;
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        firstError ??= error;
      }
    }
    if (firstError !== undefined) queueMicrotask(() => Promise.reject(firstError));
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

/** Events by key: a listener costs nothing while other keys change (P11). */
export class KeyedEmitter<K, T> implements Disposable {
  readonly #emitters = new Map<K, Emitter<T>>();

  /** The event of one key. */
  on(key: K): Event<T> {
    return (listener) => {
      const emitter = this.#emitters.get(key) ?? new Emitter<T>();
      this.#emitters.set(key, emitter);
      const subscription = emitter.event(listener);
      return toDisposable(() => {
        subscription.dispose();
        if (!emitter.hasListeners && this.#emitters.get(key) === emitter) {
          this.#emitters.delete(key);
        }
      });
    };
  }

  fire(key: K, value: T): void {
    this.#emitters.get(key)?.fire(value);
  }

  dispose(): void {
    this.#emitters.clear();
  }
}
