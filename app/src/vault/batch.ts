/**
 * Answers many questions with one query. What is asked in one turn of the event loop goes together; while as many queries as may
 * be are on their way, further questions wait and share the next one. Waking a connection of PostgreSQL costs more than
 * another row.
 */

/** The most that one query is asked. */
const MOST = 500;

/** Queries on their way at once: a second one, so that one that is slow does not hold up all others. */
const AT_ONCE = 2;

interface Waiting<Q, A> {
  question: Q;
  resolve: (answer: A) => void;
  reject: (error: unknown) => void;
}

/** @param answerAll answers in the order of the questions; when it rejects, all who share the query are told */
export function batched<Q, A>(answerAll: (questions: Q[]) => Promise<A[]>): (question: Q) => Promise<A> {
  const waiting: Waiting<Q, A>[] = [];
  let underWay = 0;

  const flush = (): void => {
    for (; waiting.length > 0 && underWay < AT_ONCE; underWay += 1) {
      void answer(waiting.splice(0, MOST)).finally(() => {
        underWay -= 1;
        flush();
      });
    }
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
