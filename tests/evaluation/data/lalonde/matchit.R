# What R's MatchIt makes of lalonde.csv under every line of settings.csv.
#
#   Rscript matchit.R FOLDER_OF_THIS_FILE FOLDER_TO_WRITE_IN
#
# writes pairs.csv, balance.csv, sizes.csv, scores.csv and versions.csv. Rows are counted from 0.
#
# MatchIt 4.5.1 to 4.5.3 (Debian 12 has 4.5.1) match wrongly on a propensity: on some systems calipers are not kept and
# the nearest is not chosen (mended in 4.5.4, MatchIt issue 163), and with replacement one candidate is given several
# times to the same person (mended in 4.5.3, issue 159). Mahalanobis' distance of the propensity alone is the same
# distance in other units, and goes through MatchIt's older code, which does neither; so it is used in those versions.

suppressPackageStartupMessages(library(MatchIt))
where <- commandArgs(trailingOnly = TRUE)
data <- read.csv(file.path(where[1], "lalonde.csv"))
data$race <- factor(data$race)
settings <- read.csv(file.path(where[1], "settings.csv"), colClasses = "character")
covariates <- treated ~ age + educ + race + married + nodegree + re74 + re75
detour <- packageVersion("MatchIt") >= "4.5.1" && packageVersion("MatchIt") < "4.5.4"
fitted <- glm(covariates, binomial, data)
scores <- data.frame(probability = fitted(fitted), logit = predict(fitted))
named <- function(words) strsplit(words, " ")[[1]]

pairs <- balance <- sizes <- NULL
for (i in seq_len(nrow(settings))) {
  s <- settings[i, ]
  arguments <- list(
    formula = covariates, data = data, method = "nearest", distance = s$distance,
    ratio = as.integer(s$ratio), replace = as.logical(s$replace)
  )
  if (s$distance == "mahalanobis") {
    arguments$formula <- reformulate(named(s$mahalanobis), "treated")
  } else {
    if (s$link == "logit") arguments$link <- "linear.logit"
    if (s$mahalanobis != "") {
      arguments$mahvars <- reformulate(named(s$mahalanobis))
    } else if (detour) {
      arguments$data$score <- scores[[s$link]]
      arguments$distance <- arguments$data$score
      arguments$link <- NULL
      arguments$mahvars <- ~score
    }
  }
  if (s$caliper != "") arguments$caliper <- as.numeric(s$caliper)
  if (s$exact != "") arguments$exact <- reformulate(named(s$exact))
  found <- suppressWarnings(do.call(matchit, arguments))

  matches <- found$match.matrix
  rounds <- col(matches)
  own <- as.integer(rownames(matches))[row(matches)]
  there <- !is.na(matches)
  pairs <- rbind(pairs, data.frame(
    setting = s$setting, treated = own[there] - 1L, round = rounds[there] - 1L,
    comparison = as.integer(matches[there]) - 1L
  ))

  # Balance of all covariates, also of those that were not matched on; without MatchIt's row for the distance itself.
  found$X <- data[all.vars(covariates)[-1]]
  told <- summary(found, pair.dist = FALSE)
  columns <- c("Means Treated", "Means Control", "Std. Mean Diff.", "Var. Ratio")
  before <- told$sum.all[, columns]
  after <- told$sum.matched[, columns]
  colnames(before) <- c("treated_before", "candidates_before", "difference_before", "ratio_before")
  colnames(after) <- c("treated_after", "comparison_after", "difference_after", "ratio_after")
  rows <- rownames(before) != "distance"
  balance <- rbind(balance, data.frame(
    setting = s$setting, covariate = rownames(before)[rows], before[rows, ], after[rows, ], row.names = NULL
  ))

  weights <- found$weights[data$treated == 0]
  sizes <- rbind(sizes, data.frame(
    setting = s$setting, caliper = if (is.null(found$caliper)) NA else unname(found$caliper[1]),
    matched_treated = told$nn["Matched", "Treated"], matched = told$nn["Matched", "Control"],
    effective = told$nn["Matched (ESS)", "Control"], weights = sum(weights), largest_weight = max(weights)
  ))
}

versions <- data.frame(name = c("R", "MatchIt"), version = c(
  paste(R.version$major, R.version$minor, sep = "."), as.character(packageVersion("MatchIt"))
))
write <- function(table, name) {
  numeric <- vapply(table, is.double, logical(1))
  table[numeric] <- lapply(table[numeric], signif, digits = 12)
  write.csv(table, file.path(where[2], name), row.names = FALSE, na = "", quote = FALSE)
}
write(pairs, "pairs.csv")
write(balance, "balance.csv")
write(sizes, "sizes.csv")
write(scores, "scores.csv")
write(versions, "versions.csv")
