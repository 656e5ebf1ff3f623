// The county as the page needs it: every place, truck and baler by its id.
const TRUCK_COLOURS = [
  // Twelve colours that stay apart with each kind of colour blindness (after M. Krzywinski), darkened where they would
  // vanish on a pale map. Colour is never alone: the truck's id stands at its line and in its row.
  "#9f0162", "#007a63", "#ff5aaf", "#00a884", "#8400cd", "#0076d6", "#0097b8", "#c45ac2", "#6b0014", "#d9480f", "#5a4a00", "#1b1464",
];

export class County {
  constructor(data) {
    Object.assign(this, data);
    this.placeById = new Map();
    this.townById = new Map(data.towns.map((town) => [town.id, town]));
    data.yards.forEach((yard) => this.placeById.set(yard.id, { ...yard, kind: "yard" }));
    data.plants.forEach((plant) => this.placeById.set(plant.id, { ...plant, kind: "plant" }));
    this.fieldIndex = new Map(data.fields.id.map((id, index) => [id, index]));
    this.truckById = new Map(data.trucks.map((truck, index) => [truck.id, { ...truck, colour: TRUCK_COLOURS[index % TRUCK_COLOURS.length] }]));
    this.balerById = new Map(data.balers.map((baler) => [baler.id, baler]));
  }

  get isEmpty() {
    return this.fields.id.length === 0;
  }

  /** One field as a record; undefined for an unknown id. */
  field(id) {
    const index = this.fieldIndex.get(id);
    if (index === undefined) return undefined;
    const record = { kind: "field", index };
    for (const [name, column] of Object.entries(this.fields)) record[name] = column[index];
    return record;
  }

  /** A yard, plant or field by its id, each with `kind`, `lat`, `lon`. */
  place(id) {
    return this.placeById.get(id) ?? this.field(id);
  }

  /** What people call a place: a yard's or plant's name, a field's id. */
  placeName(id) {
    return this.placeById.get(id)?.name ?? id;
  }

  townName(id) {
    return this.townById.get(id)?.name ?? id;
  }
}
