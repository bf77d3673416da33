import { LogBook, type SavedBook } from './log-book.ts';

export interface SavedBooks {
  readonly apiserver: SavedBook;
  /** By API. */
  readonly backends: readonly (readonly [api: string, book: SavedBook])[];
  readonly about: readonly (readonly [api: string, book: SavedBook])[];
}

/** What the logs said, by whom it is about. */
export class LogBooks {
  /** Lines of the kube-apiservers that name no single API. */
  readonly apiserver: LogBook;
  readonly #backends: Map<string, LogBook>;
  readonly #about: Map<string, LogBook>;

  /** @param saved what another process has counted. */
  constructor(saved?: SavedBooks) {
    const restored = (books: SavedBooks['backends'] = []) => new Map(books.map(([api, book]) => [api, LogBook.restored(book)]));
    this.apiserver = saved ? LogBook.restored(saved.apiserver) : new LogBook();
    this.#backends = restored(saved?.backends);
    this.#about = restored(saved?.about);
  }

  save(): SavedBooks {
    const saved = (books: ReadonlyMap<string, LogBook>) => [...books].map(([api, book]) => [api, book.save()] as const);
    return { apiserver: this.apiserver.save(), backends: saved(this.#backends), about: saved(this.#about) };
  }

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
