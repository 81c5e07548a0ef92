// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "interview/calibration.hpp"
#include "mgkit/data/interview/statistics.hpp"

using namespace calibration;
using Catch::Approx;

namespace {

iv::settings corpus_of(int recordings, std::uint64_t seed) {
    iv::settings s;
    s.recordings = recordings;
    s.seed = seed;
    return s;
}

struct figures {
    double majority, raw, raw_mean, latent, shuffled, shuffled_mean, guess;
};

/// All figures of section 14 for one corpus: a majority answer, softmax regression on coordinates
/// resampled to 24 frames (ridge .01), on signals of the noise-free pose (ridge .1), and on
/// coordinates with shuffled labels. `guess` is what answering in proportion to class shares earns.
figures measure(const iv::settings& s) {
    const clips c = cut(s, 24);
    const auto& train = c.labels[0];
    const auto& test = c.labels[1];
    figures out{};
    out.majority = mgkit::probe::majority(train, test, iv::class_count).top1;
    const auto raw = judge(c.raw[0], train, c.raw[1], test, 1e-2);
    out.raw = raw.top1;
    out.raw_mean = raw.class_mean;
    const auto shuffled_labels = mgkit::probe::shuffled_labels(train, {s.seed, 0, 0, 0});
    const auto shuffled = judge(c.raw[0], shuffled_labels, c.raw[1], test, 1e-2);
    out.shuffled = shuffled.top1;
    out.shuffled_mean = shuffled.class_mean;
    const mgkit::probe::standardiser scale(c.latent[0]);
    out.latent =
        judge(bounded(scale, c.latent[0]), train, bounded(scale, c.latent[1]), test, 0.1).top1;
    std::array<double, iv::class_count> shares[2]{};
    for (const std::size_t side : {0u, 1u})
        for (const int label : c.labels[side])
            shares[side][std::size_t(label)] += 1.0 / double(c.labels[side].size());
    for (std::size_t k = 0; k < iv::class_count; ++k) out.guess += shares[0][k] * shares[1][k];
    return out;
}

void within_bands(const figures& f) {
    INFO("majority " << f.majority << ", raw " << f.raw << " / " << f.raw_mean << ", latent "
                     << f.latent << ", shuffled " << f.shuffled << " / " << f.shuffled_mean
                     << " against " << f.guess);
    CHECK(f.raw > 0.35);
    CHECK(f.raw < 0.55);
    CHECK(f.raw_mean > 0.15);
    CHECK(f.raw_mean < 0.35);
    CHECK(f.shuffled == Approx(f.guess).margin(0.04));
    CHECK(f.shuffled_mean == Approx(1.0 / iv::class_count).margin(0.02));
}

}  // namespace

TEST_CASE("calibration: a small corpus is as hard as it should be") {
    const figures f = measure(corpus_of(40, 1));
    within_bands(f);
    CHECK(f.majority < f.raw);
    // Over .85 asks for more training subjects than these five.
    CHECK(f.latent > 0.8);
}

TEST_CASE("calibration: corpora of 100 recordings keep all bands", "[full]") {
    double majority = 0;
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        const figures f = measure(corpus_of(100, seed));
        within_bands(f);
        CHECK(f.latent > 0.85);
        majority += f.majority / 3;
    }
    // Few subjects: their habits move the share of one class by .05 from corpus to corpus.
    CHECK(majority == Approx(0.29).margin(0.06));
    CHECK(iv::statistics(iv::generator(corpus_of(3200, 1))).share(iv::illustrative_label) ==
          Approx(0.29).margin(0.015));
}
