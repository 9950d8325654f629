import { expect } from "chai";
import fc from "fast-check";
import { Problems } from "../validation.ts";
import {
  type BackupRule,
  checkOwnWindow,
  planRules,
  type RetentionBounds,
  ruleWithin,
} from "./backup-rules.ts";

const FREE: RetentionBounds = { min: undefined, max: undefined };

function wrong(rules: BackupRule[], bounds = FREE): string {
  const problems = new Problems("strongroom:recovery:Test", "test");
  planRules(rules, bounds, problems);
  try {
    problems.throwIfAny();
    return "";
  } catch (error) {
    return (error as Error).message.split("\n  ").slice(1).join("\n");
  }
}
const schedules = (...rules: Omit<BackupRule, "name" | "retention">[]) =>
  planRules(
    rules.map((rule, index) => ({ name: `rule-${index}`, retention: "7 days", ...rule })),
    FREE,
    new Problems("strongroom:recovery:Test", "test"),
  ).map(({ schedule, expectedWithin }) => [schedule, expectedWithin]);

describe("backup rules", () => {
  it("keep what goes to cold storage for 90 days more, and changes for at most 35 days, within a lock", () => {
    const some = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        some(300),
        fc.boolean(),
        some(50),
        some(400),
        (keep, cold, continuous, min, max) => {
          const possible =
            keep >= Math.max(1, min ?? 1) &&
            keep <= (max ?? Infinity) &&
            (cold === undefined || (cold >= 1 && keep >= cold + 90 && !continuous)) &&
            (!continuous || keep <= 35);
          const rule: BackupRule = {
            name: "rule",
            retention: `${keep} days`,
            ...(cold === undefined ? {} : { coldAfter: `${cold} days` }),
            continuous,
          };
          expect(wrong([rule], { min, max }) === "", JSON.stringify([rule, min, max])).to.equal(possible);
        },
      ),
    );
  });

  it("run by the hour, day, week, month or expression", () => {
    expect(
      schedules(
        {},
        { every: "hour", at: "00:15" },
        { every: "weekday", at: "12:00" },
        { every: "week", at: "23:45" },
        { every: "month", at: "01:00" },
        { every: "cron(0 12 ? * MON-FRI *)" },
      ),
    ).to.deep.equal([
      ["cron(30 0 ? * * *)", 1],
      ["cron(15 * ? * * *)", 1],
      ["cron(0 12 ? * MON-FRI *)", 4],
      ["cron(45 23 ? * SUN *)", undefined],
      ["cron(0 1 1 * ? *)", undefined],
      ["cron(0 12 ? * MON-FRI *)", undefined],
    ]);
  });

  const cases: [string, BackupRule, string][] = [
    [
      "a name with a space",
      { name: "every day", retention: "7 days" },
      'rules[0].name: "every day" is not possible; write 1 to 50 letters, digits, "-", "_" and "."',
    ],
    [
      "a time that is none",
      { name: "daily", retention: "7 days", at: "25:00" },
      'rules[0].at: "25:00" is not a time of the day; write hh:mm in UTC, such as "00:30"',
    ],
    [
      "an expression of five fields",
      { name: "daily", retention: "7 days", every: "cron(0 2 * * *)" },
      'rules[0].every: "cron(0 2 * * *)" is not a schedule; write "hour", "day", "weekday", "week", "month" or six fields such as "cron(0 2 ? * * *)"',
    ],
    [
      "too little time in cold storage",
      { name: "daily", retention: "100 days", coldAfter: "30 days" },
      'rules[0].retention: "100 days" is too short after "30 days"; cold storage is paid for 90 days, write at least "120 days"',
    ],
    [
      "changes of 36 days",
      { name: "daily", retention: "36 days", continuous: true },
      'rules[0].retention: "36 days" is too long for continuous backups; write at most "35 days", or a second rule',
    ],
    [
      "jobs that may begin for half an hour",
      { name: "daily", retention: "7 days", startWithin: "30 minutes" },
      'rules[0].startWithin: "30 minutes" is too short; write at least "1 hour"',
    ],
    [
      "jobs that must end as they begin",
      { name: "daily", retention: "7 days", completeWithin: "1 hour" },
      'rules[0].completeWithin: "1 hour" is too short; write at least 1 hour more than startWithin ("1 hour")',
    ],
  ];
  for (const [title, rule, message] of cases) {
    it(`refuse ${title}`, () => expect(wrong([rule])).to.equal(message));
  }

  it("stay an hour away from a database's own backup window, around the clock", () => {
    const clock = (minute: number) =>
      `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    const minute = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(minute, minute, fc.integer({ min: 30, max: 240 }), (at, start, length) => {
        const window = `${clock(start)}-${clock((start + length) % 1440)}`;
        const problems = new Problems("strongroom:recovery:Test", "test");
        const rules = planRules([{ name: "daily", retention: "7 days", at: clock(at) }], FREE, problems);
        checkOwnWindow(rules, "payments", window, problems);
        const closed = new Set(
          Array.from({ length: length + 60 }, (_, offset) => (start - 60 + offset + 1440) % 1440),
        );
        const meets = Array.from({ length: 60 }, (_, offset) => (at + offset) % 1440).some((each) =>
          closed.has(each),
        );
        if (meets) expect(() => problems.throwIfAny()).to.throw("too close to the backup window");
        else expect(() => problems.throwIfAny()).not.to.throw();
      }),
    );
  });

  it("run within working hours, wherever these are, and away from the database's own backups", () => {
    const zones = [
      "UTC",
      "Europe/Berlin",
      "America/Los_Angeles",
      "Asia/Tokyo",
      "Asia/Kolkata",
      "Australia/Sydney",
    ];
    for (const timezone of zones) {
      const problems = new Problems("strongroom:recovery:Test", "test");
      const hours = { timezone, start: "08:00", stop: "20:00" };
      const rule = {
        name: "daily",
        retention: "7 days",
        ...ruleWithin(hours, ["03:00-04:00"], problems),
      } as const;
      checkOwnWindow(planRules([rule], FREE, problems), "payments", "03:00-04:00", problems);
      expect(() => problems.throwIfAny(), timezone).not.to.throw();
      expect(rule.timezone).to.equal(timezone);
      expect(rule.every).to.equal("weekday");
      expect(rule.at >= "08:00" && rule.at <= "19:00", `${timezone} ${rule.at}`).to.equal(true);
    }
  });

  it("look at summer and winter when they are held away from the database's own backups", () => {
    const problems = new Problems("strongroom:recovery:Test", "test");
    const rule: BackupRule = { name: "daily", retention: "7 days", at: "06:00", timezone: "Europe/Berlin" };
    checkOwnWindow(planRules([rule], FREE, problems), "payments", "04:30-05:00", problems);
    expect(() => problems.throwIfAny()).to.throw("too close to the backup window");
  });

  it("refuse two of one name, and none", () => {
    const daily: BackupRule = { name: "daily", retention: "7 days" };
    expect(wrong([daily, daily])).to.equal(`rules[1].name: "daily" is another rule's; write another name`);
    expect(wrong([])).to.equal("rules: is empty; write at least one rule");
  });
});
