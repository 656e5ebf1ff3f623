// Ways along the county's roads, for drawing only: the planner's times and kilometres are not computed here.
const KM_H = { motorway: 80, trunk: 60, primary: 50, secondary: 40, tertiary: 35, unclassified: 25, residential: 20, service: 15, track: 12 };
const OTHER_KM_H = 20;
const CELLS_PER_DEGREE = 200;
const KM_PER_DEGREE = 111.2;

export class Ways {
  /** `roads`: the answer of /data/roads.json. Vertices that coincide are one crossing. */
  constructor(roads) {
    this.points = [];
    this.#joinLines(roads);
    this.cells = new Map();
    this.points.forEach((point, vertex) => {
      const key = cellKey(point[0], point[1]);
      (this.cells.get(key) ?? this.cells.set(key, []).get(key)).push(vertex);
    });
    this.trees = new Map();
    this.nearestKept = new Map();
  }

  /**
   * [lat, lon] points of the quickest way between two places {id, lat, lon}, both places included; a straight line
   * where the roads do not join them. The way is looked up in the tree of `hub`, which must be one of the two.
   */
  between(from, to, hub) {
    const straight = [[from.lat, from.lon], [to.lat, to.lon]];
    const other = hub === from ? to : from;
    const start = this.#nearest(hub);
    let vertex = this.#nearest(other);
    if (start < 0 || vertex < 0 || start === vertex) return straight;
    const before = this.#tree(start);
    const path = [[other.lat, other.lon]];
    for (; vertex !== -1 && vertex !== start; vertex = before[vertex]) path.push(this.points[vertex]);
    if (vertex === -1) return straight;
    path.push(this.points[start], [hub.lat, hub.lon]);
    return hub === from ? path.reverse() : path;
  }

  #joinLines(roads) {
    const vertexByKey = new Map();
    const heads = [];
    const tails = [];
    const minutes = [];
    const vertexOf = (point) => {
      const key = `${point[0]},${point[1]}`;
      let vertex = vertexByKey.get(key);
      if (vertex === undefined) {
        vertex = this.points.length;
        vertexByKey.set(key, vertex);
        this.points.push(point);
      }
      return vertex;
    };
    for (const { road_class, lines } of roads.classes) {
      const km_h = KM_H[road_class.replace(/_link$/, "")] ?? OTHER_KM_H;
      for (const line of lines) {
        for (let i = 0; i + 1 < line.length; i += 1) {
          tails.push(vertexOf(line[i]));
          heads.push(vertexOf(line[i + 1]));
          minutes.push((60 * kilometres(line[i], line[i + 1])) / km_h);
        }
      }
    }
    this.#index(tails, heads, minutes);
  }

  // Neighbours of vertex v stand at firstOf[v] … firstOf[v + 1] of `others` and `costs`; both directions of each edge.
  #index(tails, heads, minutes) {
    this.firstOf = new Int32Array(this.points.length + 1);
    for (let i = 0; i < tails.length; i += 1) {
      this.firstOf[tails[i] + 1] += 1;
      this.firstOf[heads[i] + 1] += 1;
    }
    for (let v = 0; v < this.points.length; v += 1) this.firstOf[v + 1] += this.firstOf[v];
    const next = this.firstOf.slice();
    this.others = new Int32Array(2 * tails.length);
    this.costs = new Float64Array(2 * tails.length);
    for (let i = 0; i < tails.length; i += 1) {
      for (const [a, b] of [[tails[i], heads[i]], [heads[i], tails[i]]]) {
        this.others[next[a]] = b;
        this.costs[next[a]] = minutes[i];
        next[a] += 1;
      }
    }
  }

  #nearest(place) {
    const kept = this.nearestKept.get(place.id);
    if (kept !== undefined) return kept;
    const stretch = Math.cos((place.lat * Math.PI) / 180);
    let best = -1;
    let bestSquare = Infinity;
    for (let ring = 1; ring <= 8 && best < 0; ring *= 2) {
      for (let y = -ring; y <= ring; y += 1) {
        for (let x = -ring; x <= ring; x += 1) {
          for (const vertex of this.cells.get(cellKey(place.lat + y / CELLS_PER_DEGREE, place.lon + x / CELLS_PER_DEGREE)) ?? []) {
            const [lat, lon] = this.points[vertex];
            const square = (lat - place.lat) ** 2 + ((lon - place.lon) * stretch) ** 2;
            if (square < bestSquare) [best, bestSquare] = [vertex, square];
          }
        }
      }
    }
    this.nearestKept.set(place.id, best);
    return best;
  }

  // Dijkstra from one vertex to all: the vertex before each one on its quickest way, -1 where there is none.
  #tree(start) {
    const kept = this.trees.get(start);
    if (kept) return kept;
    const before = new Int32Array(this.points.length).fill(-1);
    const cost = new Float64Array(this.points.length).fill(Infinity);
    const queue = new LeastFirst();
    cost[start] = 0;
    queue.push(0, start);
    while (queue.size) {
      const [reached, vertex] = queue.pop();
      if (reached > cost[vertex]) continue;
      for (let i = this.firstOf[vertex]; i < this.firstOf[vertex + 1]; i += 1) {
        const through = reached + this.costs[i];
        if (through < cost[this.others[i]]) {
          cost[this.others[i]] = through;
          before[this.others[i]] = vertex;
          queue.push(through, this.others[i]);
        }
      }
    }
    this.trees.set(start, before);
    return before;
  }
}

// A binary heap of (cost, vertex).
class LeastFirst {
  constructor() {
    this.costs = [];
    this.vertices = [];
  }

  get size() {
    return this.costs.length;
  }

  push(cost, vertex) {
    let at = this.costs.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.costs[above] <= cost) break;
      this.costs[at] = this.costs[above];
      this.vertices[at] = this.vertices[above];
      at = above;
    }
    this.costs[at] = cost;
    this.vertices[at] = vertex;
  }

  pop() {
    const answer = [this.costs[0], this.vertices[0]];
    const cost = this.costs.pop();
    const vertex = this.vertices.pop();
    const size = this.costs.length;
    if (size) {
      let at = 0;
      for (let below = 1; below < size; below = 2 * at + 1) {
        if (below + 1 < size && this.costs[below + 1] < this.costs[below]) below += 1;
        if (this.costs[below] >= cost) break;
        this.costs[at] = this.costs[below];
        this.vertices[at] = this.vertices[below];
        at = below;
      }
      this.costs[at] = cost;
      this.vertices[at] = vertex;
    }
    return answer;
  }
}

const cellKey = (lat, lon) => Math.floor(lat * CELLS_PER_DEGREE) * 100_000 + Math.floor(lon * CELLS_PER_DEGREE);

function kilometres([latA, lonA], [latB, lonB]) {
  const east = (lonA - lonB) * Math.cos(((latA + latB) * Math.PI) / 360);
  return Math.hypot(latA - latB, east) * KM_PER_DEGREE;
}
