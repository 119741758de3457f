/* The consumers' pass of a day by hand: what sim/engine/passes.py compiles from Python, for speed alone.

   It reads and writes the tables of a market where they stand; market.h is printed from their declarations by
   benchmarks/kernel.py, which also refuses a market in which something is on that is off by default and left out here:
   rules of one's own, several platforms, further lines of pay (so paid words, too), brands' own pools, follow gates,
   deals, coupons, live discounts, resale margins and closed shops. Nor does it write traces.
   Cards are looked at only of creators who do anything today, categories of products stand close together, rows are
   fetched ahead, and what does not change during a pass is copied to where the compiler knows that it does not. */

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "market.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define INLINE static inline __attribute__((always_inline))
#define HAIR (1.0 + 1e-9)
#define LEAST_VARIANCE 1e-6
#define AHEAD 4 /* consumers */
#define LINE 64 /* bytes that a processor fetches at a time */

typedef struct { double value, precision; } Signal;

typedef struct { /* of the pass */
    Day m;
    Numbers p;
    Feeds feeds;
    Tally tally;
    Events out;
    double open_odds, lapse_log;     /* odds to open a post; log of the chance that a need outlasts a day */
    uint8_t category[MOST_PRODUCTS]; /* of each product */
    uint8_t *loud;                   /* (K,) 1 for creators who post, are forgotten or have left */
} Pass;

typedef struct { /* of one consumer */
    int64_t i;
    const Person *who;
    Consumer *self;
    Memory *memory;
    Follow *follow;
    bool online;
    uint32_t needs, seen, exact, chosen;
    int64_t offers;
} Visitor;

INLINE double uniform(const Pass *d, int stream, int64_t day, int64_t first, int64_t second)
{
    uint64_t key = d->m.keys[stream];
    uint64_t y = ((uint64_t)day << 52 | (uint64_t)first << 24 | (uint64_t)second) * key, z = y + key, x = y * y + y;
    x = x >> 32 | x << 32;
    x = x * x + z;
    x = x >> 32 | x << 32;
    x = x * x + y;
    x = x >> 32 | x << 32;
    return ((double)(int64_t)((x * x + z) >> 32) + 0.5) * 0x1p-32;
}

INLINE double today(const Pass *d, const Visitor *v, int stream, int64_t second)
{
    return uniform(d, stream, d->m.day, v->i, second);
}

/* ---- needs */

INLINE void schedule_need(const Pass *d, Visitor *v, int64_t category)
{
    double mean = v->who->wait[category], lapse = d->p.need.lapse;
    double u = today(d, v, STREAM_NEED, 2 * category), w = today(d, v, STREAM_NEED, 2 * category + 1);
    int64_t wait = mean <= 1.0 ? 1 : 1 + (int64_t)(log(u) / log1p(-1.0 / mean));
    int64_t open = 1.0 / lapse <= 1.0 ? 1 : 1 + (int64_t)(log(w) / d->lapse_log);
    int64_t due = MIN(d->m.day + wait, LAST_DAY);
    v->self->due[category] = (int16_t)due;
    v->self->lapse[category] = (int16_t)MIN(due + open, LAST_LAPSE);
}

INLINE void wake(const Pass *d, Visitor *v)
{
    Consumer *self = v->self;
    int64_t income = v->who->income;
    self->wallet = (int32_t)MIN(self->wallet + income, d->p.people.saved_days * income);
    if (self->next_change <= d->m.day) {
        uint32_t needs = 0;
        int64_t change = LAST_DAY;
        for (int64_t c = 0; c < d->m.categories; c++) {
            if (self->lapse[c] <= d->m.day) schedule_need(d, v, c);
            bool open = self->due[c] <= d->m.day;
            needs |= (uint32_t)open << c;
            change = MIN(change, open ? self->lapse[c] : self->due[c]);
        }
        self->needs = (uint16_t)needs;
        self->next_change = (int16_t)change;
    }
    v->needs = self->needs & ~(uint32_t)self->coming;
    v->online = today(d, v, STREAM_ACTIVE, 0) < v->who->activity;
}

/* ---- following and memory */

INLINE int64_t follow_slot(const Visitor *v, int64_t creator)
{
    for (int64_t slot = 0; slot < FOLLOW_SLOTS && v->follow[slot].creator >= 0; slot++)
        if (v->follow[slot].creator == creator) return slot;
    return NOBODY;
}

INLINE double trust_in(const Pass *d, const Visitor *v, int64_t creator, int64_t slot)
{
    const Profile *of = &d->m.profiles[creator];
    double met = of->stranger_met, broken = of->stranger_broken;
    if (slot >= 0) {
        met = v->follow[slot].met / (double)COUNT_UNITS;
        broken = v->follow[slot].broken / (double)COUNT_UNITS;
    }
    return (met + of->heard_met) / (met + broken + of->heard_met + of->heard_broken);
}

INLINE int64_t memory_slot(const Visitor *v, int64_t product)
{
    int64_t found = NOBODY;
    if (v->self->known >> (uint32_t)product % FOLDED & 1)
        for (int64_t slot = 0; slot < MEMORY_SLOTS; slot++) found = v->memory[slot].product == product ? slot : found;
    return found;
}

INLINE double goodwill_today(const Pass *d, const Memory *memory)
{
    return memory->goodwill * d->m.fading->goodwill[d->m.day - memory->day];
}

INLINE int64_t place_for(const Pass *d, const Visitor *v, double impression)
{
    int64_t weakest = NOBODY;
    for (int64_t slot = 0; slot < MEMORY_SLOTS; slot++) {
        if (v->memory[slot].product < 0) return slot;
        double goodwill = goodwill_today(d, &v->memory[slot]);
        weakest = goodwill < impression ? slot : weakest;
        impression = goodwill < impression ? goodwill : impression;
    }
    return weakest;
}

INLINE Memory *impress(const Pass *d, Visitor *v, int64_t product, double impression)
{
    int64_t slot = memory_slot(v, product), days;
    Memory *memory = &v->memory[slot];
    if (slot < 0) {
        slot = place_for(d, v, impression);
        if (slot < 0) return NULL;
        memory = &v->memory[slot];
        *memory = (Memory){.product = (int16_t)product, .day = (uint16_t)d->m.day, .source = NOBODY};
        int64_t known = 0;
        for (slot = 0; slot < MEMORY_SLOTS; slot++) {
            int16_t other = v->memory[slot].product;
            known |= (int64_t)(other >= 0) << (uint16_t)other % FOLDED;
        }
        v->self->known = known;
    } else if ((days = d->m.day - memory->day) > 0) {
        double goodwill = d->m.fading->goodwill[days], knowledge = d->m.fading->knowledge[days];
        memory->goodwill = (float)(memory->goodwill * goodwill);
        memory->friends = (float)(memory->friends * goodwill);
        memory->evidence = (float)(memory->evidence * knowledge);
        memory->precision = (float)(memory->precision * knowledge);
        memory->day = (uint16_t)d->m.day;
    }
    double goodwill = memory->goodwill;
    memory->goodwill = (float)(goodwill + impression * MAX(0.0, 1.0 - goodwill / d->p.memory.most_told));
    return memory;
}

INLINE Signal signal_of(const Pass *d, double said, double noise, double likeness, int64_t category)
{
    double quality = d->p.variance.quality, match = d->p.match[category];
    double prior = quality + match, covariance = quality + likeness * match;
    if (covariance <= LEAST_VARIANCE) return (Signal){0.0, 0.0};
    double scale = prior / covariance, error = scale * scale * (prior + noise) - prior;
    return (Signal){scale * said, 1.0 / MAX(error, LEAST_VARIANCE)};
}

INLINE void learn_from(const Pass *d, Memory *memory, Signal said, int64_t source, int64_t category)
{
    if (source < 0 || memory->source != source) {
        double news = MAX(0.0, 1.0 - memory->precision / d->p.most_told[category]);
        memory->evidence = (float)(memory->evidence + news * said.precision * said.value);
        memory->precision = (float)(memory->precision + news * said.precision);
    }
    if (source >= 0) memory->source = (int32_t)source;
}

/* ---- what is seen */

INLINE Offer *see(const Pass *d, Visitor *v, int64_t product, int channel, int64_t creator)
{
    Offer *offer = &d->out.offers[v->offers];
    int64_t category = d->category[product];
    const int64_t *rows = d->tally.viewed_rows;
    int64_t tier = creator >= 0 ? d->m.profiles[creator].tier : rows[1] - 1;
    v->offers = MIN(v->offers + 1, MOST_OFFERS);
    d->tally.viewed[((channel * rows[1] + tier) * rows[2] + v->who->home) * rows[3] + category]++;
    if (creator >= 0) d->tally.shown[creator]++;
    offer->claim = NAN;
    offer->parent = NOBODY;
    offer->creator = (int32_t)creator;
    offer->slot = NOBODY;
    offer->product = (uint16_t)product;
    offer->category = (uint8_t)category;
    offer->channel = (uint8_t)channel;
    offer->paid = false;
    return offer;
}

INLINE void hear_claim(const Pass *d, Visitor *v, Offer *offer, double impression, double noise, double incentive)
{
    const Profile *of = &d->m.profiles[offer->creator];
    double likeness = d->p.belief.likeness;
    if (v->who->group != of->group) likeness = d->p.belief.naive * likeness;
    double trusted = trust_in(d, v, offer->creator, offer->slot) * MAX(0.0, 1.0 - d->p.belief.disclosure * incentive);
    Signal said = signal_of(d, offer->claim, noise, likeness, offer->category);
    said.precision *= trusted;
    Memory *memory = impress(d, v, offer->product, impression);
    if (memory) learn_from(d, memory, said, offer->creator, offer->category);
    if (offer->paid) {
        d->tally.paid_viewed[0]++;
        v->self->reached = REACHED;
    }
}

static void see_post(const Pass *d, Visitor *v, const Post *post, int64_t slot, int channel)
{
    Offer *offer = see(d, v, post->product, channel, (int64_t)post->creator);
    offer->slot = (int32_t)slot;
    offer->claim = post->claim;
    offer->paid = post->paid;
    d->tally.engaged[post->product]++;
    hear_claim(d, v, offer, post->private ? d->p.memory.heard : d->p.memory.seen, post->noise, post->incentive);
}

INLINE int channel_of(const Post *post)
{
    return post->private ? CHANNEL_PRIVATE_POST : post->live ? CHANNEL_LIVE : CHANNEL_PUBLIC_POST;
}

/* ---- attention to people */

static bool attend_creator(const Pass *d, Visitor *v, int64_t slot, double fatigue)
{
    Follow *edge = &v->follow[slot];
    int64_t creator = edge->creator, delivered = 0;
    const Card *card = &d->m.cards[creator];
    for (int64_t n = 0; n < card->posts; n++) {
        int64_t key = (int64_t)card->partner * MOST_POSTS + n, category = card->category[n], channel = card->channel[n];
        bool is_public = channel == CHANNEL_PUBLIC_POST || channel == CHANNEL_LIVE;
        if (is_public && today(d, v, STREAM_REACH, key) >= card->reach) continue;
        bool needed = v->needs >> category & 1;
        double pull = v->who->pull[category];
        if (v->online && fatigue <= d->p.attention.mute_fatigue) {
            double u = today(d, v, STREAM_OPEN, key), ratio = needed ? pull * d->m.wanted : pull;
            double odds = d->open_odds * (ratio * d->m.trusted_most);
            if (u < HAIR * odds / ((1.0 + odds) * (1.0 + fatigue * (1.0 + 0.5 * fatigue)))) {
                double trust = trust_in(d, v, creator, slot);
                odds = d->open_odds * (ratio * exp(d->p.attention.trust * (trust - 0.5)));
                if (u < odds / (1.0 + odds) * exp(-fatigue)) {
                    const Post *post = &d->m.posts[card->first + n];
                    see_post(d, v, post, slot, channel_of(post));
                    d->tally.trust[0] += (int64_t)(trust * 1e6);
                    d->tally.trust[1]++;
                }
            }
        }
        double added = delivered ? d->p.attention.fatigue_more : d->p.attention.fatigue_first;
        fatigue += added + (!needed && pull < 1.0 ? d->p.attention.fatigue_irrelevant : 0.0);
        fatigue = MIN(fatigue, 65535.0 / FATIGUE_UNITS);
        delivered++;
        d->tally.delivered[channel]++;
    }
    edge->fatigue = (uint16_t)(fatigue * FATIGUE_UNITS);
    if (!card->active) return true;
    if (delivered == 0 && !card->forgotten) return false;
    if (today(d, v, STREAM_UNFOLLOW, card->partner) >= d->p.attention.leave) return false;
    return card->forgotten || fatigue > d->p.attention.leave_fatigue ||
           trust_in(d, v, creator, slot) < d->p.attention.leave_trust;
}

INLINE void attend_posts(const Pass *d, Visitor *v)
{
    double fatigue[FOLLOW_SLOTS], kept = 1.0 - d->p.attention.fatigue_decay;
    uint32_t loud = 0, unfollowing = 0;
    for (int64_t slot = 0; slot < FOLLOW_SLOTS; slot++) {
        Follow *edge = &v->follow[slot];
        if (edge->creator < 0) break;
        fatigue[slot] = edge->fatigue / FATIGUE_UNITS * kept;
        edge->fatigue = (uint16_t)(fatigue[slot] * FATIGUE_UNITS);
        loud |= (uint32_t)d->loud[edge->creator] << slot;
    }
    for (; loud; loud &= loud - 1) {
        int64_t slot = __builtin_ctz(loud);
        if (attend_creator(d, v, slot, fatigue[slot])) {
            unfollowing |= 1u << slot;
            d->tally.followers[v->follow[slot].creator]--;
        }
    }
    if (unfollowing) d->out.unfollowing[d->out.counts[COUNT_UNFOLLOWING]++] = (Unfollowing){(uint32_t)v->i, (uint16_t)unfollowing};
}

INLINE void attend_words(const Pass *d, Visitor *v, int64_t *row)
{
    for (; *row < d->m.inbox_rows[0] && d->m.inbox[*row].to == v->i; ++*row) {
        const Word *word = &d->m.inbox[*row];
        int64_t category = d->category[word->product];
        Memory *memory = impress(d, v, word->product, d->p.memory.heard);
        if (memory) {
            bool alike = word->teller < 0 || d->m.people[word->teller].group == v->who->group;
            double likeness = alike ? d->p.belief.likeness : 0.0;
            Signal said = signal_of(d, word->quality, d->p.variance.use, likeness, category);
            learn_from(d, memory, said, NOBODY, category);
            memory->friends += 1.0f;
        }
        d->tally.delivered[CHANNEL_FRIEND]++;
        if (v->online && v->needs >> category & 1) {
            bool sells = word->creator >= 0 && d->m.profiles[word->creator].active;
            int64_t seller = sells && word->creator != v->self->creator ? word->creator : NOBODY;
            Offer *offer = see(d, v, word->product, CHANNEL_FRIEND, seller);
            offer->parent = word->order;
            if (seller >= 0) offer->slot = (int32_t)follow_slot(v, seller);
        }
    }
}

INLINE void attend_answer(const Pass *d, Visitor *v)
{
    int64_t creator = v->self->adviser, category = v->self->question;
    v->self->adviser = NOBODY;
    const Profile *of = &d->m.profiles[creator];
    int64_t slot = follow_slot(v, creator), product = of->advice[category];
    if (product < 0 || slot < 0) return;
    d->tally.delivered[CHANNEL_ONE_TO_ONE]++;
    Offer *offer = see(d, v, product, CHANNEL_ONE_TO_ONE, creator);
    offer->slot = (int32_t)slot;
    offer->claim = of->advice_claim[category];
    offer->paid = of->advice_paid[category] == 1;
    hear_claim(d, v, offer, d->p.memory.heard, of->advice_noise[category], of->advice_incentive[category]);
}

/* ---- attention to goods */

INLINE int64_t guided(double u, const int16_t *guide, const double *cumulative, int64_t count)
{
    int64_t index = guide[(int64_t)(u * GUIDE)];
    while (index < count - 1 && u >= cumulative[index]) index++;
    return index;
}

INLINE int64_t place(double u, const double *cumulative, int64_t count)
{
    int64_t low = 0, high = count - 1;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (u < cumulative[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

INLINE int64_t goods_of(const Pass *d, const Visitor *v, int kind, int64_t category, double u)
{
    int64_t table = (kind * d->feeds.goods_rows[1] + v->who->home) * d->m.categories + category;
    int64_t count = d->feeds.goods_rows[3];
    return guided(u, &d->feeds.goods_guide[table * GUIDE], &d->feeds.goods[table * count], count);
}

INLINE void see_ad(const Pass *d, Visitor *v, int64_t category, double which)
{
    int64_t position = goods_of(d, v, 1, category, which);
    int64_t product = d->feeds.product[category * d->feeds.product_rows[1] + position];
    d->tally.ads_viewed[v->who->home * d->tally.ads_viewed_rows[1] + product]++;
    d->tally.delivered[CHANNEL_AD]++;
    impress(d, v, product, d->p.memory.seen);
    see(d, v, product, CHANNEL_AD, NOBODY);
}

INLINE void attend_page(const Pass *d, Visitor *v, int64_t category, double kind, double which)
{
    int64_t home = v->who->home, table = home * d->m.categories + category;
    const Platform *platform = &d->m.platforms[home];
    double ad_share = platform->ad_share;
    if (kind < ad_share && d->feeds.paid[table] == 1) {
        see_ad(d, v, category, which);
        return;
    }
    int64_t first = d->feeds.post_first[table], count = d->feeds.post_first[table + 1] - first;
    if (ad_share <= kind && kind < ad_share + (1.0 - ad_share) * platform->content_share && count > 0) {
        const Post *post = &d->m.posts[d->feeds.post[first + place(which, &d->feeds.post_weight[first], count)]];
        if ((int64_t)post->creator == v->self->creator) return;
        int channel = channel_of(post);
        d->tally.delivered[channel]++;
        see_post(d, v, post, follow_slot(v, post->creator), channel);
        return;
    }
    int64_t position = goods_of(d, v, 0, category, which);
    d->tally.delivered[CHANNEL_LISTING]++;
    see(d, v, d->feeds.product[category * d->feeds.product_rows[1] + position], CHANNEL_LISTING, NOBODY);
}

INLINE void attend_feed(const Pass *d, Visitor *v)
{
    int64_t home = v->who->home, last = d->m.categories - 1, most = d->feeds.pages_rows[1];
    int64_t pages = guided(
        today(d, v, STREAM_FEED, 0), &d->feeds.pages_guide[home * GUIDE], &d->feeds.pages[home * most], most);
    d->tally.pages[home] += pages;
    if (pages == 0) return;
    double weight[ROOM], whole = 0.0;
    for (int64_t c = 0; c <= last; c++) {
        double pull = v->who->pull[c];
        whole += v->needs >> c & 1 ? pull * d->m.wanted : pull;
        weight[c] = whole;
    }
    for (int64_t c = last; c < ROOM; c++) weight[c] = INFINITY;
    for (int64_t page = 0; page < pages; page++) {
        double wanted = today(d, v, STREAM_FEED, 4 * page + 1) * whole;
        int64_t category = 0;
        for (int64_t c = 0; c < ROOM; c++) category += wanted >= weight[c];
        attend_page(d, v, category, today(d, v, STREAM_FEED, 4 * page + 2), today(d, v, STREAM_FEED, 4 * page + 3));
    }
}

INLINE int64_t one_of(uint32_t needs, double u)
{
    for (int64_t before = (int64_t)(u * __builtin_popcount(needs)); before > 0; before--) needs &= needs - 1;
    return __builtin_ctz(needs);
}

INLINE void search(const Pass *d, Visitor *v)
{
    if (today(d, v, STREAM_SEARCH, 0) >= d->p.attention.search) return;
    int64_t category = one_of(v->needs, today(d, v, STREAM_SEARCH, 1)), home = v->who->home;
    bool paid = d->feeds.paid[home * d->m.categories + category] == 1;
    uint64_t seen = 0;
    d->tally.pages[home] += d->p.attention.search_results;
    for (int64_t result = 0; result < d->p.attention.search_results; result++) {
        double u = today(d, v, STREAM_SEARCH, 2 + 2 * result);
        if (today(d, v, STREAM_SEARCH, 3 + 2 * result) < d->m.platforms[home].ad_share && paid) {
            see_ad(d, v, category, u);
            continue;
        }
        int64_t position = goods_of(d, v, 0, category, u);
        if (position < 63 && seen >> position & 1) continue;
        seen |= (uint64_t)1 << MIN(position, 63);
        d->tally.delivered[CHANNEL_SEARCH]++;
        see(d, v, d->feeds.product[category * d->feeds.product_rows[1] + position], CHANNEL_SEARCH, NOBODY);
    }
}

INLINE void recall(const Pass *d, Visitor *v)
{
    uint32_t wanted = 0;
    for (int64_t slot = 0; slot < MEMORY_SLOTS; slot++) {
        int64_t product = v->memory[slot].product;
        wanted |= (v->needs >> d->category[MAX(product, 0)] & (product >= 0)) << slot;
    }
    for (; wanted; wanted &= wanted - 1) {
        const Memory *memory = &v->memory[__builtin_ctz(wanted)];
        int64_t category = d->category[memory->product], due = MAX(v->self->due[category], 0) % MOST_DAYS;
        if (uniform(d, STREAM_RECALL, due, v->i, memory->product) < 1.0 - exp(-goodwill_today(d, memory))) {
            d->tally.delivered[CHANNEL_RECALL]++;
            see(d, v, memory->product, CHANNEL_RECALL, NOBODY);
        }
    }
}

INLINE void ask_expert(const Pass *d, Visitor *v)
{
    if (today(d, v, STREAM_ASK, 0) >= d->p.attention.ask) return;
    int64_t category = one_of(v->needs, today(d, v, STREAM_ASK, 1)), best = NOBODY;
    double most = 0.0;
    for (int64_t slot = 0; slot < FOLLOW_SLOTS; slot++) {
        int64_t creator = v->follow[slot].creator;
        if (creator < 0) break;
        const Profile *of = &d->m.profiles[creator];
        if (!of->private || !of->active) continue;
        double merit = of->specialty[category] * trust_in(d, v, creator, slot);
        if (merit > most) {
            best = creator;
            most = merit;
        }
    }
    if (best < 0) return;
    Question *question = &d->out.questions[d->out.counts[COUNT_QUESTIONS]++];
    question->consumer = (uint32_t)v->i;
    question->creator = (uint32_t)best;
    question->category = (uint8_t)category;
}

/* ---- choosing */

INLINE double gumbel(double u)
{
    return -log(-log(u));
}

INLINE void consider(const Pass *d, Visitor *v, const Offer *offer)
{
    int64_t category = offer->category, product = offer->product;
    const Product *goods = &d->m.products[product];
    Best *best = &d->out.best[category];
    uint32_t bit = 1u << category;
    bool needed = v->needs & bit;
    d->tally.considered[offer->channel]++;
    if (!(v->seen & bit)) {
        v->seen |= bit;
        best->value = d->p.choice.outside + GUMBEL_LOWER[(int64_t)(today(d, v, STREAM_OUTSIDE, category) * 256.0)];
    }
    double u = today(d, v, STREAM_CHOICE, product), mean = goods->expected, precision = goods->precision, known = 0.0;
    int64_t slot = memory_slot(v, product);
    if (slot >= 0) {
        const Memory *memory = &v->memory[slot];
        int64_t days = d->m.day - memory->day;
        double told = memory->precision * d->m.fading->knowledge[days];
        double rated = goods->rating_precision * MAX(0.0, 1.0 - told / d->p.most_told[category]);
        precision = d->p.prior[category] + told + rated;
        mean = (memory->evidence * d->m.fading->knowledge[days] + rated * goods->rating) / precision;
        known = memory->friends * d->m.fading->goodwill[days];
    }
    int64_t price = d->m.listings[v->who->home * d->m.listings_rows[1] + product].price;
    double taste = v->who->taste[category], cost = needed ? 0.0 : d->p.impulse_cost[category];
    double risk = -0.5 * d->p.choice.risk * (1.0 / precision + d->p.variance.use);
    double paid = -(double)v->who->sensitivity * ((double)price / d->p.reference[category]);
    double urgency = cost * (offer->channel == CHANNEL_LIVE ? d->p.creators.urgency : 0.0), friends = 0.0;
    if (known > 0.0) friends = d->p.choice.friends * (1.0 - exp(-d->p.choice.friends_saturation * known));
    double whole = taste + mean + risk + paid + friends - cost + urgency;
    if (!(whole + GUMBEL_UPPER[(int64_t)(u * 256.0)] > best->value)) return;
    if (!(v->exact & bit)) {
        v->exact |= bit;
        best->outside_shock = gumbel(today(d, v, STREAM_OUTSIDE, category));
        best->value = best->outside = d->p.choice.outside + best->outside_shock;
    }
    double shock = gumbel(u), value = whole + shock;
    if (price > v->self->wallet || !(value > best->value)) return;
    v->chosen |= bit;
    best->value = value;
    best->shock = shock;
    best->liking = whole - mean - risk - urgency - d->p.choice.outside;
    best->expected = mean;
    best->claim = offer->claim;
    best->paid = offer->paid;
    best->product = offer->product;
    best->channel = offer->channel;
    best->creator = offer->creator;
    best->slot = (int8_t)offer->slot;
    best->parent = offer->parent;
    best->price = (uint32_t)price;
}

INLINE void order_chosen(const Pass *d, Visitor *v)
{
    for (uint32_t left = v->chosen; left; left &= left - 1) {
        int64_t category = __builtin_ctz(left);
        const Best *best = &d->out.best[category];
        if ((int64_t)best->price > v->self->wallet) continue;
        Order *made = &d->out.orders[d->out.counts[COUNT_ORDERS]++];
        v->self->wallet -= (int32_t)best->price;
        v->self->coming |= (uint16_t)(1u << category);
        made->stage = STAGE_ORDERED;
        made->ordered = (uint16_t)d->m.day;
        made->due = (uint32_t)d->m.day;
        made->received = NOBODY;
        made->consumer = (uint32_t)v->i;
        made->product = best->product;
        made->category = (uint8_t)category;
        made->brand = d->m.products[best->product].brand;
        made->platform = v->who->home;
        made->channel = best->channel;
        made->creator = best->creator;
        made->follower = best->slot >= 0;
        made->parent = best->parent;
        made->price = best->price;
        made->coupon = 0;
        made->claim = (float)best->claim;
        made->expected = (float)best->expected;
        made->liking = (float)best->liking;
        made->mood = (float)best->shock;
        made->alternative = (float)best->outside_shock;
        made->paid = best->paid;
        made->needed = v->needs >> category & 1;
        made->live = best->channel == CHANNEL_LIVE;
        made->deal = false;
    }
}

/* Ask for the rows of a consumer who lives soon. */
INLINE void fetch(const Pass *d, int64_t i)
{
    const char *who = (const char *)&d->m.people[i], *self = (const char *)&d->m.consumers[i];
    const char *memory = (const char *)&d->m.memories[i * MEMORY_SLOTS];
    const char *follow = (const char *)&d->m.follows[i * FOLLOW_SLOTS];
    for (size_t byte = 0; byte < sizeof(Person); byte += LINE) __builtin_prefetch(who + byte);
    for (size_t byte = 0; byte < sizeof(Consumer); byte += LINE) __builtin_prefetch(self + byte, 1);
    for (size_t byte = 0; byte < MEMORY_SLOTS * sizeof(Memory); byte += LINE) __builtin_prefetch(memory + byte, 1);
    for (size_t byte = 0; byte < FOLLOW_SLOTS * sizeof(Follow); byte += LINE) __builtin_prefetch(follow + byte, 1);
}

/* The day of consumers start to end - 1. */
void live_all(int64_t start, int64_t end, const Day *m)
{
    Pass pass = {*m, *m->p, *m->feeds, *m->out->tally, *m->out, 0.0, 0.0, {0}, calloc((size_t)m->cards_rows[0], 1)};
    double open_rate = m->p->attention.open_rate;
    int64_t next_word = m->out->counts[COUNT_NEXT_WORD];
    pass.open_odds = open_rate / (1.0 - open_rate);
    pass.lapse_log = log1p(-1.0 / (1.0 / m->p->need.lapse));
    for (int64_t j = 0; j < m->products_rows[0]; j++) pass.category[j] = m->products[j].category;
    for (int64_t k = 0; k < m->cards_rows[0]; k++)
        pass.loud[k] = m->cards[k].posts || m->cards[k].forgotten || !m->cards[k].active;
    for (int64_t i = start; i < end; i++) {
        const Pass *d = &pass;
        Visitor visit = {i, &d->m.people[i], &d->m.consumers[i], &d->m.memories[i * MEMORY_SLOTS],
            &d->m.follows[i * FOLLOW_SLOTS], false, 0, 0, 0, 0, 0}, *v = &visit;
        if (i + AHEAD < end) fetch(d, i + AHEAD);
        wake(d, v);
        attend_posts(d, v);
        attend_words(d, v, &next_word);
        if (v->online) {
            if (v->self->adviser >= 0) attend_answer(d, v);
            attend_feed(d, v);
            if (v->needs) {
                search(d, v);
                recall(d, v);
                ask_expert(d, v);
            }
        }
        for (int64_t n = 0; n < v->offers; n++) consider(d, v, &d->out.offers[n]);
        order_chosen(d, v);
    }
    pass.out.counts[COUNT_NEXT_WORD] = next_word;
    free(pass.loud);
}
