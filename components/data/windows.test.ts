import { expect } from "chai";
import fc from "fast-check";
import { dailyWindow, weeklyWindow, windowsOverlap } from "./windows.ts";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const minuteOfDay = fc.integer({ min: 0, max: 1439 });
const daily = fc.tuple(minuteOfDay, minuteOfDay).map(([from, to]) => `${clock(from)}-${clock(to)}`);
const moment = fc
  .tuple(fc.constantFrom(...DAYS), minuteOfDay)
  .map(([day, minute]) => `${day}:${clock(minute)}`);
const weekly = fc.tuple(moment, moment).map(([from, to]) => `${from}-${to}`);

/** The minutes of the week that a window takes, one by one: slow and obviously right. */
function minutes(text: string): Set<number> {
  const taken = new Set<number>();
  const isDaily = /^\d/.test(text);
  const { start, length } = isDaily ? dailyWindow(text) : weeklyWindow(text);
  for (const day of isDaily ? DAYS.keys() : [0]) {
    for (let minute = 0; minute < length; minute++) taken.add((day * 1440 + start + minute) % 10_080);
  }
  return taken;
}

describe("maintenance and backup windows", () => {
  it("overlap exactly when a minute of the week is in both", () => {
    fc.assert(
      fc.property(daily, weekly, (one, other) => {
        const taken = minutes(other);
        const shared = [...minutes(one)].some((minute) => taken.has(minute));
        expect(windowsOverlap(dailyWindow(one), weeklyWindow(other)), `${one} and ${other}`).to.equal(shared);
      }),
      { numRuns: 150 },
    );
  });

  it("run past midnight and past the end of the week", () => {
    expect(dailyWindow("23:30-00:30")).to.deep.equal({ start: 1410, length: 60, every: "day" });
    expect(weeklyWindow("sun:23:30-mon:00:30").length).to.equal(60);
    expect(windowsOverlap(dailyWindow("00:00-01:00"), weeklyWindow("sun:23:30-mon:00:30"))).to.be.true;
    expect(windowsOverlap(dailyWindow("03:00-04:00"), weeklyWindow("sun:04:00-sun:05:00"))).to.be.false;
  });

  for (const text of ["3:00-4:00", "24:00-25:00", "03:00", "03:60-04:00", "mon:03:00-mon:04:00", ""]) {
    it(`refuses ${JSON.stringify(text)} as a daily window`, () => {
      expect(() => dailyWindow(text)).to.throw(
        `"${text}" is not a daily window; write hh:mm-hh:mm in UTC, such as "03:00-04:00"`,
      );
    });
  }

  for (const text of [
    "Sun:05:00-Sun:06:00",
    "sunday:05:00-sunday:06:00",
    "05:00-06:00",
    "xyz:05:00-sun:06:00",
  ]) {
    it(`refuses ${JSON.stringify(text)} as a weekly window`, () => {
      expect(() => weeklyWindow(text)).to.throw(
        `"${text}" is not a weekly window; write ddd:hh:mm-ddd:hh:mm in UTC, such as "sun:05:00-sun:06:00"`,
      );
    });
  }
});
