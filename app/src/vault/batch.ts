/** Answers many questions of one turn of the event loop with one query. */

/** The most that one query is asked. */
const MOST = 500;

interface Waiting<Q, A> {
  question: Q;
  resolve: (answer: A) => void;
  reject: (error: unknown) => void;
}

/** @param answerAll answers in the order of the questions; when it rejects, all who asked in that turn are told */
export function batched<Q, A>(answerAll: (questions: Q[]) => Promise<A[]>): (question: Q) => Promise<A> {
  let waiting: Waiting<Q, A>[] = [];

  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (let start = 0; start < all.length; start += MOST) void answer(all.slice(start, start + MOST));
  };
  const answer = async (asked: Waiting<Q, A>[]): Promise<void> => {
    try {
      const answers = await answerAll(asked.map(({ question }) => question));
      asked.forEach(({ resolve }, index) => resolve(answers[index] as A));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };

  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ question, resolve, reject });
    });
}
