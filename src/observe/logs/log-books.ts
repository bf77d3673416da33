import { LogBook } from './log-book.ts';

/** What the logs said, by whom it is about. */
export class LogBooks {
  /** Lines of the kube-apiservers that name no single API. */
  readonly apiserver = new LogBook();
  readonly #backends = new Map<string, LogBook>();
  readonly #about = new Map<string, LogBook>();

  /** Of the containers behind an API; undefined while none was followed. */
  ofBackend(api: string): LogBook | undefined {
    return this.#backends.get(api);
  }

  /** Of a container behind these APIs; behind none is a kube-apiserver. */
  ofContainer(apis: readonly string[]): readonly LogBook[] {
    return apis.length > 0 ? apis.map((api) => bookIn(this.#backends, api)) : [this.apiserver];
  }

  /** Lines of the kube-apiservers that name the API; undefined while there was none. */
  ofNamed(api: string): LogBook | undefined {
    return this.#about.get(api);
  }

  /** Where lines of the kube-apiservers go that name the API. */
  forNamed(api: string): LogBook {
    return bookIn(this.#about, api);
  }

  /** Of APIs that are gone nothing is kept. */
  keepOnly(apis: readonly { readonly name: string }[]): void {
    forgetOthers(this.#backends, apis);
    forgetOthers(this.#about, apis);
  }
}

function bookIn(books: Map<string, LogBook>, api: string): LogBook {
  const book = books.get(api) ?? new LogBook();
  books.set(api, book);
  return book;
}

function forgetOthers(books: Map<string, LogBook>, apis: readonly { readonly name: string }[]): void {
  if (books.size === 0) return;
  const names = new Set(apis.map(({ name }) => name));
  for (const name of books.keys()) if (!names.has(name)) books.delete(name);
}
