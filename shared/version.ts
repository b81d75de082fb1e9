/** Version of this release, as in the changelog. */
export const VERSION = "0.1.0";
