import { expect } from "chai";
import { addBankingDays, isBankingDay, newYorkTime, processingDay } from "./calendar.ts";

describe("ACH: banking days", () => {
  it("knows the Federal Reserve's holidays", () => {
    const weekdaysOff = (year: number): string[] => {
      const days: string[] = [];
      for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 24 * 3_600_000) {
        const date = new Date(at);
        const text = date.toISOString().slice(0, 10);
        if (![0, 6].includes(date.getUTCDay()) && !isBankingDay(text)) days.push(text);
      }
      return days;
    };
    // As the Federal Reserve publishes them: in 2026 Independence Day is a Saturday and not kept.
    expect(weekdaysOff(2026)).to.deep.equal([
      "2026-01-01",
      "2026-01-19",
      "2026-02-16",
      "2026-05-25",
      "2026-06-19",
      "2026-09-07",
      "2026-10-12",
      "2026-11-11",
      "2026-11-26",
      "2026-12-25",
    ]);
    // In 2027 Independence Day is a Sunday: kept on Monday. Juneteenth and Christmas are Saturdays.
    expect(weekdaysOff(2027)).to.deep.equal([
      "2027-01-01",
      "2027-01-18",
      "2027-02-15",
      "2027-05-31",
      "2027-07-05",
      "2027-09-06",
      "2027-10-11",
      "2027-11-11",
      "2027-11-25",
    ]);
  });

  it("counts banking days over weekends and holidays", () => {
    expect(addBankingDays("2026-01-16", 1)).to.equal("2026-01-20");
    expect(addBankingDays("2026-01-15", 3)).to.equal("2026-01-21");
    expect(addBankingDays("2026-12-31", 1)).to.equal("2027-01-04");
    expect(addBankingDays("2026-01-17", 0)).to.equal("2026-01-17");
  });

  it("tells New York's day and time, in winter and summer", () => {
    expect(newYorkTime(Date.UTC(2026, 0, 6, 3, 59))).to.deep.equal({ date: "2026-01-05", time: "22:59" });
    expect(newYorkTime(Date.UTC(2026, 6, 6, 4, 5))).to.deep.equal({ date: "2026-07-06", time: "00:05" });
  });

  it("counts an instant after the cut-off, and one on a day off, to the next banking day", () => {
    const at = (hours: number, minutes: number): number => Date.UTC(2026, 0, 5, hours + 5, minutes);
    expect(processingDay(at(16, 59), "17:00")).to.equal("2026-01-05");
    expect(processingDay(at(17, 0), "17:00")).to.equal("2026-01-06");
    expect(processingDay(Date.UTC(2026, 0, 17, 17), "17:00")).to.equal("2026-01-20");
  });
});
