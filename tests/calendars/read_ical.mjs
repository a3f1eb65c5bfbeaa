// Prints what ical.js makes of the calendar on standard input: its events as JSON.
import { readFileSync } from "node:fs";
import ICAL from "../data/ical.js/ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const people = (event, name) => event.component.getAllProperties(name).map((one) => one.getFirstValue());
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    starts_at: event.startDate.toJSDate().toISOString(),
    ends_at: event.endDate.toJSDate().toISOString(),
    title: event.summary,
    description: event.description,
    location: event.location,
    status: component.getFirstPropertyValue("status"),
    sequence: event.sequence,
    recurs: event.isRecurring(),
    organizer: event.organizer,
    attendees: people(event, "attendee"),
  };
});
console.log(JSON.stringify({ method: calendar.getFirstPropertyValue("method"), events }));
